package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A SentencePiece model: the content of a {@code .model} file, which is a protocol buffer. It holds to the rules that
 * SentencePiece itself checks when it loads one: one unknown piece, no text twice, all 256 bytes or none.
 *
 * @param pieces the vocabulary; a piece's position is its id
 * @param trainer how it was trained
 * @param normalizer what is done to a text before it is cut
 * @param denormalizer what is done to a text after it was put together, if anything
 * @param kept fields without a meaning here
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto">The format</a>
 */
public record SentencePieceModel(
        List<SentencePiece> pieces,
        TrainerSpec trainer,
        NormalizerSpec normalizer,
        Optional<NormalizerSpec> denormalizer,
        KeptFields kept) {
    /** Far above any vocabulary, and far below what would take all memory. */
    static final long MAXIMUM_BYTES = 64 << 20;

    private static final int BYTES = 256;

    public SentencePieceModel {
        pieces = List.copyOf(pieces);
        Set<String> texts = new HashSet<>();
        Set<String> reserved = new HashSet<>();
        BitSet bytes = new BitSet(BYTES);
        int unknown = 0;
        for (SentencePiece piece : pieces) {
            boolean isText = switch (piece.type()) {
                case NORMAL, USER_DEFINED, UNUSED -> true;
                case UNKNOWN, CONTROL, BYTE -> false;
            };
            if (!(isText ? texts : reserved).add(piece.text())) {
                throw QuipuException.of(
                        "every piece once", "two " + SentencePiece.shown(piece.text()), "vocabulary", "");
            }
            if (piece.type() == SentencePiece.Type.BYTE) {
                bytes.set(piece.byteValue());
            }
            unknown += piece.type() == SentencePiece.Type.UNKNOWN ? 1 : 0;
        }
        if (unknown != 1) {
            throw QuipuException.of("one unknown piece", String.valueOf(unknown), "vocabulary", "");
        }
        int expected = trainer.byteFallback() ? BYTES : 0;
        if (bytes.cardinality() != expected) {
            throw QuipuException.of(
                    expected + " pieces for bytes, as byte_fallback says",
                    String.valueOf(bytes.cardinality()),
                    "vocabulary",
                    "");
        }
    }

    /**
     * Reads a model file.
     *
     * @throws QuipuException if it is missing, damaged or breaks a rule: one line that names the file
     */
    public static SentencePieceModel read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAXIMUM_BYTES) {
                throw QuipuException.of(
                        "a SentencePiece model of at most " + MAXIMUM_BYTES + " bytes",
                        size + " bytes",
                        file.toString(),
                        "check the path");
            }
            return SentencePieceReader.read(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a SentencePiece model, found " + FileFailure.reason(e), e);
        }
    }

    /**
     * Reads the bytes of a model file.
     *
     * @throws QuipuException if they are damaged or break a rule
     */
    public static SentencePieceModel read(byte[] bytes) {
        return SentencePieceReader.read(bytes, "SentencePiece model");
    }

    /** Writes a model file; what stood there before is gone only when all is written. */
    public void write(Path file) {
        SentencePieceWriter.write(this, file);
    }

    /** The bytes of a model file. */
    public byte[] toBytes() {
        return SentencePieceWriter.bytes(this);
    }
}
