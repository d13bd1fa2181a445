package dev.quipu.runtime.tokenizer.sentencepiece;

import com.google.protobuf.CodedOutputStream;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes model files. Values that are the format's defaults are left out. */
final class SentencePieceWriter {
    private SentencePieceWriter() {}

    static void write(SentencePieceModel model, Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(temporary, bytes(model));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a writable file, found " + FileFailure.reason(e), e);
        }
    }

    static byte[] bytes(SentencePieceModel model) {
        return message(output -> {
            for (SentencePiece piece : model.pieces()) {
                write(output, ModelTags.PIECES, pieceOutput -> write(pieceOutput, piece));
            }
            write(output, ModelTags.TRAINER_SPEC, specOutput -> write(specOutput, model.trainer()));
            write(output, ModelTags.NORMALIZER_SPEC, specOutput -> write(specOutput, model.normalizer()));
            if (model.denormalizer().isPresent()) {
                NormalizerSpec spec = model.denormalizer().get();
                write(output, ModelTags.DENORMALIZER_SPEC, specOutput -> write(specOutput, spec));
            }
            model.kept().write(output);
        });
    }

    private interface Message {
        void write(CodedOutputStream output) throws IOException;
    }

    private static byte[] message(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream output = CodedOutputStream.newInstance(bytes);
        try {
            message.write(output);
            output.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("an array takes every byte", e);
        }
        return bytes.toByteArray();
    }

    private static void write(CodedOutputStream output, int tag, Message message) throws IOException {
        output.writeByteArray(ModelTags.field(tag), message(message));
    }

    private static void write(CodedOutputStream output, SentencePiece piece) throws IOException {
        output.writeString(ModelTags.field(ModelTags.PIECE_TEXT), piece.text());
        output.writeFloat(ModelTags.field(ModelTags.PIECE_SCORE), piece.score());
        write(output, ModelTags.PIECE_TYPE, piece.type().number(), SentencePiece.Type.NORMAL.number());
        piece.kept().write(output);
    }

    private static void write(CodedOutputStream output, TrainerSpec spec) throws IOException {
        TrainerSpec unsaid = TrainerSpec.DEFAULT;
        write(
                output,
                ModelTags.MODEL_TYPE,
                spec.modelType().number(),
                unsaid.modelType().number());
        write(output, ModelTags.VOCABULARY_SIZE, spec.vocabularySize(), unsaid.vocabularySize());
        if (spec.characterCoverage() != unsaid.characterCoverage()) {
            output.writeFloat(ModelTags.field(ModelTags.CHARACTER_COVERAGE), spec.characterCoverage());
        }
        write(output, ModelTags.LONGEST_SENTENCE, spec.longestSentence(), unsaid.longestSentence());
        write(output, spec.pieceRules());
        write(output, ModelTags.WHITESPACE_AS_SUFFIX, spec.treatWhitespaceAsSuffix(), unsaid.treatWhitespaceAsSuffix());
        write(output, ModelTags.BYTE_FALLBACK, spec.byteFallback(), unsaid.byteFallback());
        write(output, spec.specialPieces());
        write(output, ModelTags.UNKNOWN_SURFACE, spec.unknownSurface(), unsaid.unknownSurface());
        spec.kept().write(output);
    }

    private static void write(CodedOutputStream output, PieceRules rules) throws IOException {
        PieceRules unsaid = PieceRules.DEFAULT;
        write(output, ModelTags.LONGEST_PIECE, rules.longestPiece(), unsaid.longestPiece());
        write(output, ModelTags.SPLIT_BY_UNICODE_SCRIPT, rules.splitByUnicodeScript(), unsaid.splitByUnicodeScript());
        write(output, ModelTags.SPLIT_BY_WHITESPACE, rules.splitByWhitespace(), unsaid.splitByWhitespace());
        write(output, ModelTags.SPLIT_BY_NUMBER, rules.splitByNumber(), unsaid.splitByNumber());
        write(output, ModelTags.SPLIT_DIGITS, rules.splitDigits(), unsaid.splitDigits());
        write(
                output,
                ModelTags.WHITESPACE_ONLY_PIECES,
                rules.allowWhitespaceOnlyPieces(),
                unsaid.allowWhitespaceOnlyPieces());
    }

    private static void write(CodedOutputStream output, SpecialPieces special) throws IOException {
        SpecialPieces unsaid = SpecialPieces.DEFAULT;
        write(
                output,
                ModelTags.UNKNOWN_ID,
                special.unknown().id(),
                unsaid.unknown().id());
        write(
                output,
                ModelTags.BEGIN_ID,
                special.beginOfText().id(),
                unsaid.beginOfText().id());
        write(
                output,
                ModelTags.END_ID,
                special.endOfText().id(),
                unsaid.endOfText().id());
        write(
                output,
                ModelTags.PADDING_ID,
                special.padding().id(),
                unsaid.padding().id());
        write(
                output,
                ModelTags.UNKNOWN_PIECE,
                special.unknown().text(),
                unsaid.unknown().text());
        write(
                output,
                ModelTags.BEGIN_PIECE,
                special.beginOfText().text(),
                unsaid.beginOfText().text());
        write(
                output,
                ModelTags.END_PIECE,
                special.endOfText().text(),
                unsaid.endOfText().text());
        write(
                output,
                ModelTags.PADDING_PIECE,
                special.padding().text(),
                unsaid.padding().text());
    }

    private static void write(CodedOutputStream output, NormalizerSpec spec) throws IOException {
        NormalizerSpec unsaid = NormalizerSpec.IDENTITY;
        output.writeString(ModelTags.field(ModelTags.NORMALIZER_NAME), spec.name());
        output.writeByteBuffer(ModelTags.field(ModelTags.PRECOMPILED_CHARSMAP), spec.precompiledCharsmap());
        write(output, ModelTags.ADD_DUMMY_PREFIX, spec.addDummyPrefix(), unsaid.addDummyPrefix());
        write(
                output,
                ModelTags.REMOVE_EXTRA_WHITESPACES,
                spec.removeExtraWhitespaces(),
                unsaid.removeExtraWhitespaces());
        write(output, ModelTags.ESCAPE_WHITESPACES, spec.escapeWhitespaces(), unsaid.escapeWhitespaces());
        spec.kept().write(output);
    }

    private static void write(CodedOutputStream output, int tag, int value, int unsaid) throws IOException {
        if (value != unsaid) {
            output.writeInt32(ModelTags.field(tag), value);
        }
    }

    private static void write(CodedOutputStream output, int tag, boolean value, boolean unsaid) throws IOException {
        if (value != unsaid) {
            output.writeBool(ModelTags.field(tag), value);
        }
    }

    private static void write(CodedOutputStream output, int tag, String value, String unsaid) throws IOException {
        if (!value.equals(unsaid)) {
            output.writeString(ModelTags.field(tag), value);
        }
    }
}
