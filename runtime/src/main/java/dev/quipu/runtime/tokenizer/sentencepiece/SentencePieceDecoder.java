package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.tokenizer.StreamingDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Puts pieces together. The space that was put before the text is taken away again, bytes become characters when they are
 * complete, and each byte that belongs to none becomes U+FFFD.
 */
final class SentencePieceDecoder implements StreamingDecoder {
    private static final char REPLACEMENT = '\uFFFD';

    private final Vocabulary vocabulary;
    private final DecodingRules rules;
    private final GrowingBytes waiting = new GrowingBytes(8);

    /** All text so far, where it can be denormalised only at its end. */
    private final StringBuilder text = new StringBuilder();

    private boolean isEmpty = true;
    private boolean atBeginning = true;
    private boolean tookSpace;

    SentencePieceDecoder(Vocabulary vocabulary, DecodingRules rules) {
        this.vocabulary = vocabulary;
        this.rules = rules;
    }

    @Override
    public String next(int token) {
        StringBuilder output = new StringBuilder();
        if (rules.check(token).type() == SentencePiece.Type.BYTE) {
            waiting.add((byte) vocabulary.piece(token).byteValue());
            takeCharacters(false, output);
        } else {
            takeCharacters(true, output);
            isEmpty &= output.isEmpty();
            atBeginning &= !tookSpace && isEmpty;
            output.append(surface(vocabulary.piece(token)));
        }
        isEmpty &= output.isEmpty();
        return given(output);
    }

    private String surface(SentencePiece piece) {
        tookSpace = false;
        return switch (piece.type()) {
            case CONTROL -> "";
            case UNKNOWN -> rules.unknownSurface();
            case NORMAL, USER_DEFINED, UNUSED, BYTE ->
                withoutFirstSpace(piece.text()).replace(Normalizer.VISIBLE_SPACE, ' ');
        };
    }

    private String withoutFirstSpace(String piece) {
        if (!atBeginning || !rules.takesFirstSpace() || piece.charAt(0) != Normalizer.VISIBLE_SPACE) {
            return piece;
        }
        // Where extra spaces are removed, so are all that stand before the first character.
        tookSpace = !rules.takesAllFirstSpaces();
        return piece.substring(1);
    }

    private String given(StringBuilder output) {
        if (rules.denormalizer().isEmpty()) {
            return output.toString();
        }
        text.append(output);
        return "";
    }

    @Override
    public String finish() {
        StringBuilder output = new StringBuilder();
        takeCharacters(true, output);
        String last = given(output);
        if (rules.denormalizer().isPresent()) {
            GrowingBytes changed = new GrowingBytes(text.length());
            rules.denormalizer().get().normalize(text.toString().getBytes(StandardCharsets.UTF_8), true, changed);
            last = new String(changed.array(), 0, changed.size(), StandardCharsets.UTF_8);
        }
        text.setLength(0);
        isEmpty = true;
        atBeginning = true;
        tookSpace = false;
        return last;
    }

    /** Moves characters out of the bytes that wait; those of one that may still be completed only if no byte follows. */
    private void takeCharacters(boolean isAll, StringBuilder output) {
        byte[] bytes = waiting.array();
        int size = waiting.size();
        int at = 0;
        while (at < size && (isAll || !maySoonBeComplete(bytes, at, size))) {
            int length = Utf8.validLength(bytes, at, size);
            if (length == 0) {
                output.append(REPLACEMENT);
            } else {
                output.append(new String(bytes, at, length, StandardCharsets.UTF_8));
            }
            at += Math.max(length, 1);
        }
        byte[] rest = java.util.Arrays.copyOfRange(bytes, at, size);
        waiting.clear();
        waiting.add(rest);
    }

    private static boolean maySoonBeComplete(byte[] bytes, int at, int size) {
        if (bytes[at] >= 0 || Utf8.isTrail(bytes[at]) || Utf8.announcedLength(bytes[at]) <= size - at) {
            return false;
        }
        for (int i = at + 1; i < size; i++) {
            if (!Utf8.isTrail(bytes[i])) {
                return false;
            }
        }
        return true;
    }
}
