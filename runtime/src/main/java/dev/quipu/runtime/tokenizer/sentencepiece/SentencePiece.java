package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.text.StringEscapeUtils;

/**
 * One piece of a vocabulary; its position there is its id.
 *
 * @param text never empty; spaces are written as U+2581
 * @param score what the encoder prefers: a log-probability in unigram models, minus the order of the merges in BPE models
 * @param type what the piece is for
 * @param kept fields without a meaning here
 */
public record SentencePiece(String text, float score, Type type, KeptFields kept) {
    /** What a piece is for. */
    public enum Type {
        /** A piece of text. */
        NORMAL(1),
        /** Stands for whatever no other piece covers. Every model has one. */
        UNKNOWN(2),
        /** Never made from text: begins or ends one, or tells the model something. */
        CONTROL(3),
        /** Text that is always a piece of its own. */
        USER_DEFINED(4),
        /** Never used in encoding, but decoded like a normal piece. */
        UNUSED(5),
        /** One byte of a character that has no piece; its text is {@code <0x00>} to {@code <0xFF>}. */
        BYTE(6);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        /** The number that stands for the type in model files. */
        int number() {
            return number;
        }
    }

    private static final int LONGEST_SHOWN = 40;
    private static final Pattern BYTE_TEXT = Pattern.compile("<0x[0-9A-F]{2}>");

    public SentencePiece {
        if (text.isEmpty()) {
            throw QuipuException.of("a piece with a text", "an empty one", "piece", "");
        }
        if (!Float.isFinite(score)) {
            throw QuipuException.of("a finite score", String.valueOf(score), "piece " + shown(text), "");
        }
        if (type == Type.BYTE && !BYTE_TEXT.matcher(text).matches()) {
            throw QuipuException.of("<0x00> to <0xFF> as a byte's piece", shown(text), "vocabulary", "");
        }
    }

    /** A piece without further fields. */
    public SentencePiece(String text, float score, Type type) {
        this(text, score, type, KeptFields.NONE);
    }

    /** A piece's text for a message: short, and on one line. */
    static String shown(String text) {
        return "'"
                + StringEscapeUtils.escapeJava(
                        text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "..." : text)
                + "'";
    }

    /** The piece that stands for a byte, 0 to 255: {@code <0x0A>}. */
    public static SentencePiece ofByte(int value) {
        return new SentencePiece(String.format(Locale.ROOT, "<0x%02X>", value), 0, Type.BYTE);
    }

    /** The byte, 0 to 255, that a piece of type {@link Type#BYTE} stands for. */
    public int byteValue() {
        if (type != Type.BYTE) {
            throw new AssertionError("no byte: " + this);
        }
        return Integer.parseInt(text, 3, 5, 16);
    }
}
