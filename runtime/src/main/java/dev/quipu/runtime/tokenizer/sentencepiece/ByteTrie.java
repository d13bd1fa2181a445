package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.tokenizer.merging.PairMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds the pieces that a text begins with, byte by byte. */
final class ByteTrie {
    static final int ROOT = 0;
    static final int NONE = -1;

    private final PairMap children = new PairMap();
    private int[] values = {NONE};
    private int nodes = 1;

    /** Adds a piece; a piece that is added twice keeps its last value. */
    void put(String piece, int value) {
        int node = ROOT;
        for (byte next : piece.getBytes(StandardCharsets.UTF_8)) {
            int child = child(node, next);
            if (child == NONE) {
                child = nodes++;
                children.put(node, Byte.toUnsignedInt(next), child);
                if (nodes > values.length) {
                    values = Arrays.copyOf(values, 2 * nodes);
                }
                values[child] = NONE;
            }
            node = child;
        }
        values[node] = value;
    }

    boolean isEmpty() {
        return nodes == 1;
    }

    /** The node behind a byte, or {@link #NONE}. */
    int child(int node, byte next) {
        long child = children.get(node, Byte.toUnsignedInt(next));
        return child == PairMap.NONE ? NONE : (int) child;
    }

    /** The value of the piece that ends at a node, or {@link #NONE}. */
    int value(int node) {
        return values[node];
    }

    /** The value of a piece that was added. */
    int value(byte[] text, int from, int to) {
        int node = ROOT;
        for (int at = from; at < to; at++) {
            node = child(node, text[at]);
        }
        return values[node];
    }

    /** The length of the longest piece that a text has at a position, 0 if there is none. */
    int longest(byte[] text, int from, int to) {
        int longest = 0;
        int node = ROOT;
        for (int at = from; at < to; at++) {
            node = child(node, text[at]);
            if (node == NONE) {
                break;
            }
            if (values[node] != NONE) {
                longest = at + 1 - from;
            }
        }
        return longest;
    }
}
