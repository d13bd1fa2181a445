package dev.quipu.runtime.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What tokens look like as text: steps that change each token's piece, and then the beginning of a text that is stripped.
 */
record TokenTexts(List<Step> steps, Optional<Strip> beginning) {
    /** A change of one token's piece. */
    sealed interface Step {}

    record Replace(String text, String replacement) implements Step {}

    /** Takes some characters from the beginning and the end, as many as there are up to a number. */
    record Strip(char character, int begin, int end) implements Step {}

    /** Pieces named {@code <0x0A>} are bytes. */
    record ByteFallback() implements Step {}

    /** The characters are {@link ByteAlphabet}'s. */
    record ByteLevel() implements Step {}

    /** SentencePiece's mark is a space; {@code dropped} at the beginning of a text. */
    record Metaspace(char mark, boolean dropped) implements Step {}

    private static final int BYTE_NAME = "<0x00>".length();
    private static final int HEXADECIMAL = 16;

    TokenTexts {
        steps = List.copyOf(steps);
    }

    /** The bytes of a piece; {@code first} at the beginning of a text. */
    byte[] bytes(String piece, boolean first) {
        String text = piece;
        for (Step step : steps) {
            switch (step) {
                case Replace replace -> text = text.replace(replace.text(), replace.replacement());
                case Strip strip -> text = stripped(text, strip);
                case Metaspace metaspace ->
                    text = text.replace(String.valueOf(metaspace.mark()), first && metaspace.dropped() ? "" : " ");
                case ByteFallback _ -> {
                    int value = byteValue(text);
                    if (value >= 0) {
                        return new byte[] {(byte) value};
                    }
                }
                case ByteLevel _ -> {
                    return ByteAlphabet.bytes(text);
                }
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String stripped(String text, Strip strip) {
        int begin = 0;
        while (begin < Math.min(strip.begin(), text.length()) && text.charAt(begin) == strip.character()) {
            begin++;
        }
        int end = text.length();
        while (end > Math.max(begin, text.length() - strip.end()) && text.charAt(end - 1) == strip.character()) {
            end--;
        }
        return text.substring(begin, end);
    }

    /** The byte that a piece such as {@code <0x0A>} names, or -1. */
    static int byteValue(String piece) {
        if (piece.length() != BYTE_NAME || !piece.startsWith("<0x") || !piece.endsWith(">")) {
            return -1;
        }
        int high = Character.digit(piece.charAt(3), HEXADECIMAL);
        int low = Character.digit(piece.charAt(4), HEXADECIMAL);
        return high < 0 || low < 0 ? -1 : high * HEXADECIMAL + low;
    }

    /** The name of the piece of a byte. */
    static String byteName(int value) {
        return String.format(Locale.ROOT, "<0x%02X>", value);
    }

    /** Whether the first token of a text looks other than elsewhere. */
    boolean firstDiffers() {
        return steps.stream().anyMatch(step -> step instanceof Metaspace metaspace && metaspace.dropped());
    }
}
