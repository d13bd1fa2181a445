package dev.quipu.runtime.tokenizer.sentencepiece;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the messages of a model file. A field that comes again replaces or, if it is a message, extends the first, as protocol
 * buffers have it. Fields that are not known, and known ones of another wire type, are kept aside.
 */
final class SentencePieceReader {
    private final List<SentencePiece> pieces = new ArrayList<>();
    private final TrainerSpecReader trainer = new TrainerSpecReader();
    private final NormalizerSpecReader normalizer = new NormalizerSpecReader();
    private Optional<NormalizerSpecReader> denormalizer = Optional.empty();

    private SentencePieceReader() {}

    /** Reads the fields of one message, a tag at a time. */
    @FunctionalInterface
    interface FieldReader {
        /** Reads the field whose tag was read last; gives false, with nothing read, if its tag is not known. */
        boolean read(int tag, CodedInputStream input) throws IOException;
    }

    /**
     * Reads a whole model.
     *
     * @param where the name for messages
     */
    static SentencePieceModel read(byte[] bytes, String where) {
        try {
            return new SentencePieceReader().model(CodedInputStream.newInstance(bytes));
        } catch (QuipuException e) {
            throw new QuipuException(where + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new QuipuException(
                    where
                            + ": expected a SentencePiece model, found other or damaged bytes; check the path, or copy"
                            + " it again",
                    e);
        }
    }

    private SentencePieceModel model(CodedInputStream input) throws IOException {
        KeptFields kept = fields(input, this::field);
        return new SentencePieceModel(
                pieces, trainer.spec(), normalizer.spec(), denormalizer.map(NormalizerSpecReader::spec), kept);
    }

    private boolean field(int tag, CodedInputStream input) throws IOException {
        switch (tag) {
            case ModelTags.PIECES -> pieces.add(piece(input));
            case ModelTags.TRAINER_SPEC -> trainer.keep(message(input, trainer));
            case ModelTags.NORMALIZER_SPEC -> normalizer.keep(message(input, normalizer));
            case ModelTags.DENORMALIZER_SPEC -> {
                NormalizerSpecReader reader = denormalizer.orElseGet(NormalizerSpecReader::new);
                denormalizer = Optional.of(reader);
                reader.keep(message(input, reader));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private SentencePiece piece(CodedInputStream input) throws IOException {
        PieceReader reader = new PieceReader();
        KeptFields kept = message(input, reader);
        return new SentencePiece(reader.text, reader.score, reader.type, kept);
    }

    private static final class PieceReader implements FieldReader {
        private String text = "";
        private float score;
        private SentencePiece.Type type = SentencePiece.Type.NORMAL;

        @Override
        public boolean read(int tag, CodedInputStream input) throws IOException {
            switch (tag) {
                case ModelTags.PIECE_TEXT -> text = input.readStringRequireUtf8();
                case ModelTags.PIECE_SCORE -> score = input.readFloat();
                case ModelTags.PIECE_TYPE -> type = type(input.readEnum());
                default -> {
                    return false;
                }
            }
            return true;
        }

        private static SentencePiece.Type type(int number) {
            for (SentencePiece.Type type : SentencePiece.Type.values()) {
                if (type.number() == number) {
                    return type;
                }
            }
            throw QuipuException.of("a piece type of 1 to 6", String.valueOf(number), "vocabulary", "");
        }
    }

    private static KeptFields message(CodedInputStream input, FieldReader reader) throws IOException {
        int outer = input.pushLimit(input.readRawVarint32());
        KeptFields kept = fields(input, reader);
        input.popLimit(outer);
        return kept;
    }

    private static KeptFields fields(CodedInputStream input, FieldReader reader) throws IOException {
        UnknownFieldSet.Builder kept = UnknownFieldSet.newBuilder();
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            if (!reader.read(tag, input) && !kept.mergeFieldFrom(tag, input)) {
                throw new InvalidProtocolBufferException("a group ends that did not begin");
            }
        }
        return KeptFields.of(kept);
    }
}
