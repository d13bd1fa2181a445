package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import dev.quipu.runtime.files.Printable;
import dev.quipu.runtime.tokenizer.sentencepiece.SpecialPieces.Special;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * llama2.c's {@code tokenizer.bin}: the length in bytes of the longest piece, and for each piece its score, its length and its
 * bytes, little-endian, up to the end of the file. Spaces are plain there. It knows no kinds of pieces: 0 is unknown, 1 begins
 * and 2 ends a text, 3 to 258 are bytes; all others are text. How texts are normalised it does not say; llama2.c puts a space
 * in front and changes nothing else.
 *
 * @see <a href="https://github.com/karpathy/llama2.c/blob/master/tokenizer.py">The script that writes such files</a>
 */
public final class Llama2cTokenizerFile {
    /** The file's name in llama2.c's folder, and in model folders. */
    public static final String FILE = "tokenizer.bin";

    private static final int UNKNOWN = 0;
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int FIRST_BYTE = 3;
    private static final int FIRST_TEXT = FIRST_BYTE + 256;
    private static final long MAXIMUM_BYTES = 64 << 20;

    private Llama2cTokenizerFile() {}

    /**
     * Reads a file.
     *
     * @throws QuipuException if it is missing, damaged, or of a tokenizer that llama2.c itself does not know
     */
    public static SentencePieceModel read(Path file) {
        try {
            if (Files.size(file) > MAXIMUM_BYTES) {
                throw damaged(Files.size(file) + " bytes", file.toString());
            }
            return read(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new QuipuException(file + ": expected llama2.c's tokenizer, found " + FileFailure.reason(e), e);
        }
    }

    /**
     * The model of pieces that a weight file holds, as llama2.ts's do.
     *
     * @param texts of the pieces, with plain spaces
     * @param scores one for each
     * @param name of the file, for messages
     * @throws QuipuException if llama2.c would not know the tokenizer
     */
    public static SentencePieceModel of(List<String> texts, List<Float> scores, String name) {
        List<SentencePiece> pieces = new ArrayList<>();
        for (int id = 0; id < texts.size(); id++) {
            pieces.add(piece(id, texts.get(id), scores.get(id), name));
        }
        if (pieces.size() < FIRST_TEXT) {
            throw damaged(pieces.size() + " pieces", name);
        }
        return model(pieces);
    }

    /** Reads the bytes of a file that has a name. */
    static SentencePieceModel read(byte[] bytes, String name) {
        try {
            return model(pieces(bytes, name));
        } catch (QuipuException e) {
            // Pieces and models check themselves, but do not know the file.
            throw e.getMessage().startsWith(name) ? e : new QuipuException(name + ": " + e.getMessage(), e);
        }
    }

    private static List<SentencePiece> pieces(byte[] bytes, String name) {
        ByteBuffer input = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<SentencePiece> pieces = new ArrayList<>();
        try {
            int longest = input.getInt();
            while (input.hasRemaining()) {
                float score = input.getFloat();
                int length = input.getInt();
                if (length < 1 || length > longest || length > input.remaining()) {
                    throw damaged("a piece of " + length + " bytes", name);
                }
                ByteBuffer text = input.slice(input.position(), length);
                input.position(input.position() + length);
                pieces.add(piece(
                        pieces.size(),
                        StandardCharsets.UTF_8.newDecoder().decode(text).toString(),
                        score,
                        name));
            }
        } catch (BufferUnderflowException e) {
            throw new QuipuException(name + ": expected llama2.c's tokenizer, found a file that was cut off", e);
        } catch (CharacterCodingException e) {
            throw new QuipuException(name + ": expected llama2.c's tokenizer, found a piece that is not UTF-8", e);
        }
        if (pieces.size() < FIRST_TEXT) {
            throw damaged(pieces.size() + " pieces", name);
        }
        return pieces;
    }

    private static QuipuException damaged(String found, String name) {
        return QuipuException.of("llama2.c's tokenizer", found, name, "the file is damaged or another kind");
    }

    private static SentencePiece piece(int id, String text, float score, String name) {
        if (id >= FIRST_TEXT) {
            return new SentencePiece(text.replace(' ', Normalizer.VISIBLE_SPACE), score, SentencePiece.Type.NORMAL);
        }
        if (id < FIRST_BYTE) {
            // Written between line ends, so that they show when printed.
            return new SentencePiece(
                    text.strip(), score, id == UNKNOWN ? SentencePiece.Type.UNKNOWN : SentencePiece.Type.CONTROL);
        }
        SentencePiece expected = SentencePiece.ofByte(id - FIRST_BYTE);
        if (!text.equals(expected.text())) {
            throw damaged("'" + Printable.of(text) + "' where " + expected.text() + " belongs", name);
        }
        return new SentencePiece(text, score, SentencePiece.Type.BYTE);
    }

    private static SentencePieceModel model(List<SentencePiece> pieces) {
        TrainerSpec unsaid = TrainerSpec.DEFAULT;
        TrainerSpec trainer = new TrainerSpec(
                ModelType.BPE,
                pieces.size(),
                unsaid.characterCoverage(),
                unsaid.longestSentence(),
                PieceRules.LLAMA,
                unsaid.treatWhitespaceAsSuffix(),
                true,
                new SpecialPieces(
                        new Special(UNKNOWN, pieces.get(UNKNOWN).text()),
                        new Special(BEGIN, pieces.get(BEGIN).text()),
                        new Special(END, pieces.get(END).text()),
                        SpecialPieces.DEFAULT.padding()),
                unsaid.unknownSurface(),
                KeptFields.NONE);
        return new SentencePieceModel(
                pieces,
                trainer,
                NormalizerSpec.IDENTITY.withRemoveExtraWhitespaces(false),
                Optional.empty(),
                KeptFields.NONE);
    }

    /**
     * Writes a file. What a model says beside its pieces is lost.
     *
     * @throws QuipuException if the model is not byte-pair encoding or has other pieces where llama2.c expects its own
     */
    public static void write(SentencePieceModel model, Path file) {
        try {
            Files.write(file, bytes(model, file.toString()));
        } catch (IOException e) {
            throw new QuipuException(
                    file + ": expected to write llama2.c's tokenizer, found " + FileFailure.reason(e), e);
        }
    }

    static byte[] bytes(SentencePieceModel model, String name) {
        check(model, name);
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        int longest = 0;
        for (int id = 0; id < model.pieces().size(); id++) {
            byte[] text = text(id, model.pieces().get(id)).getBytes(StandardCharsets.UTF_8);
            longest = Math.max(longest, text.length);
            ByteBuffer piece =
                    ByteBuffer.allocate(2 * Integer.BYTES + text.length).order(ByteOrder.LITTLE_ENDIAN);
            piece.putFloat(model.pieces().get(id).score()).putInt(text.length).put(text);
            output.writeBytes(piece.array());
        }
        return ByteBuffer.allocate(Integer.BYTES + output.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(longest)
                .put(output.toByteArray())
                .array();
    }

    private static String text(int id, SentencePiece piece) {
        return switch (piece.type()) {
            case CONTROL -> id == BEGIN || id == END ? "\n" + piece.text() + "\n" : piece.text();
            case NORMAL, UNKNOWN, USER_DEFINED, UNUSED, BYTE -> piece.text().replace(Normalizer.VISIBLE_SPACE, ' ');
        };
    }

    private static void check(SentencePieceModel model, String name) {
        if (model.trainer().modelType() != ModelType.BPE || model.pieces().size() < FIRST_TEXT) {
            throw QuipuException.of(
                    "byte-pair pieces, 256 of them bytes, for llama2.c",
                    model.trainer().modelType() + " with " + model.pieces().size() + " pieces",
                    name,
                    "write a .model file instead");
        }
        for (int id = 0; id < model.pieces().size(); id++) {
            SentencePiece piece = model.pieces().get(id);
            boolean isExpected = switch (piece.type()) {
                case UNKNOWN -> id == UNKNOWN;
                case CONTROL -> id == BEGIN || id == END;
                case BYTE -> id == FIRST_BYTE + piece.byteValue();
                case NORMAL -> id >= FIRST_TEXT;
                case USER_DEFINED, UNUSED -> false;
            };
            if (!isExpected) {
                throw QuipuException.of(
                        "unknown, begin, end, 256 bytes and then text alone, for llama2.c",
                        piece.type() + " '" + piece.text() + "' as " + id,
                        name,
                        "write a .model file instead");
            }
        }
    }
}
