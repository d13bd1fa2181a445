package dev.quipu.runtime.generation;

import java.util.ArrayList;
import java.util.List;

/**
 * How a prompt is cut into chunks of the few lengths that programs are compiled for. A chunk may be longer than what is left
 * of the prompt where that is faster than shorter ones; the rest is padding. Of several prompts that are read together, chunks
 * are shorter, so that a program's work and memory do not grow with their number.
 */
final class Chunks {
    /** The lengths, longest first; each divides the one before it, so that chunks begin at multiples of their length. */
    private static final int[] LENGTHS = {128, 32, 16, 1};

    /**
     * Fewest tokens of a chunk of each length. Measured: one of 128 takes a little longer than three of 32, and one of 16 as long
     * as two to five tokens one by one, by what the weights are stored as.
     */
    private static final int[] FEWEST = {97, 17, 4, 1};

    private Chunks() {}

    /** The positions that a cache needs so that a padded last chunk fits. */
    static int capacity(int context) {
        int longest = longest(context);
        return Math.ceilDiv(context, longest) * longest;
    }

    /** Lengths of the chunks, in order, for so many tokens of each of some sequences that are read together. */
    static List<Integer> of(int tokens, int context, int batch) {
        int most = Math.clamp(LENGTHS[0] / batch, 1, context);
        List<Integer> chunks = new ArrayList<>();
        int left = tokens;
        while (left > 0) {
            int length = length(most, left);
            chunks.add(length);
            left -= length;
        }
        return chunks;
    }

    /** The longest length of at most so many positions. */
    private static int longest(int positions) {
        return length(positions, positions);
    }

    /** The longest length of at most so many positions that is worth while for so many tokens. */
    private static int length(int positions, int tokens) {
        for (int i = 0; i < LENGTHS.length; i++) {
            if (LENGTHS[i] <= positions && FEWEST[i] <= tokens) {
                return LENGTHS[i];
            }
        }
        throw new AssertionError("chunks of " + positions + " positions for " + tokens + " tokens");
    }
}
