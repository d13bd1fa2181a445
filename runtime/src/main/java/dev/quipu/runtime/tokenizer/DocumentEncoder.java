package dev.quipu.runtime.tokenizer;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Encodes a text that comes in pieces of any length, on all cores. The ids are those of the whole text: it is cut only where
 * {@link Tokenizer#canCut} allows, and what stands behind a cut is encoded as a continuation.
 *
 * <p>A tokenizer that allows few cuts makes this hold much text; up to {@value #MOST_WAITING} characters without one.
 */
public final class DocumentEncoder {
    /** So long that a part's own costs do not count, so short that all cores have one. */
    private static final int PART = 1 << 16;

    private static final int MOST_WAITING = 1 << 28;

    private final Tokenizer tokenizer;
    private final StringBuilder waiting = new StringBuilder();
    private boolean isBeginning = true;

    /** There is no place to cut before this index of what waits. */
    private int searched = 1;

    /** An encoder at the beginning of a text. */
    public DocumentEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The ids of a text. */
    public static int[] encode(Tokenizer tokenizer, String text) {
        DocumentEncoder encoder = new DocumentEncoder(tokenizer);
        List<int[]> parts = new ArrayList<>(encoder.add(text));
        parts.addAll(encoder.end());
        int[] ids = new int[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (int[] part : parts) {
            System.arraycopy(part, 0, ids, at, part.length);
            at += part.length;
        }
        return ids;
    }

    /**
     * Takes the next piece of the text.
     *
     * @return the ids that are certain now, in order
     * @throws QuipuException if the text is too long without a place to cut it
     */
    public List<int[]> add(String piece) {
        waiting.append(piece);
        if (waiting.length() < PART) {
            return List.of();
        }
        int end = waiting.length() - 1;
        while (end >= searched && !tokenizer.canCut(waiting, end)) {
            end--;
        }
        if (end >= searched) {
            return encode(end);
        }
        searched = waiting.length();
        if (searched > MOST_WAITING) {
            throw QuipuException.of(
                    "a text that can be cut after at most " + MOST_WAITING + " characters",
                    "a longer one",
                    "tokenizer " + tokenizer.name(),
                    "split the document");
        }
        return List.of();
    }

    /** Ends the text; the next piece begins another. */
    public List<int[]> end() {
        List<int[]> ids = encode(waiting.length());
        isBeginning = true;
        return ids;
    }

    /** Encodes what waits up to an index where it can be cut, in parts. */
    private List<int[]> encode(int end) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (from < end) {
            int to = Math.min(Math.max(from + PART, searched), end);
            while (to < end && !tokenizer.canCut(waiting, to)) {
                to++;
            }
            parts.add(waiting.substring(from, to));
            from = to;
        }
        waiting.delete(0, end);
        searched = 1;
        boolean begins = isBeginning;
        isBeginning &= parts.isEmpty();
        return IntStream.range(0, parts.size())
                .parallel()
                .mapToObj(i ->
                        i == 0 && begins ? tokenizer.encode(parts.get(i)) : tokenizer.encodeContinuation(parts.get(i)))
                .toList();
    }
}
