package dev.quipu.runtime.data;

import java.util.Arrays;

/** Documents cut to at most a row's length, as far as there is something to learn in them. */
final class DocumentPieces {
    private static final int FIRST_CAPACITY = 1024;

    private long[] starts = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int count;
    private long places;
    private long cut;

    private DocumentPieces() {}

    /**
     * The pieces of all documents of a range. A document of n tokens has n - 1 places, because behind its last token nothing
     * follows.
     *
     * @param most places of a piece
     */
    static DocumentPieces of(TokenFile tokens, TokenRange range, int most) {
        DocumentPieces pieces = new DocumentPieces();
        long begin = range.from();
        for (long document = tokens.documentAt(begin); begin < range.to(); document++) {
            long end = tokens.documentEnd(document);
            if (end > range.to()) {
                throw new AssertionError(range + " ends inside document " + document);
            }
            for (long start = begin; start < end - 1; start += most) {
                int length = (int) Math.min(most, end - 1 - start);
                if (tokens.learned(start + 1, length) > 0) {
                    pieces.add(start, length);
                }
            }
            pieces.cut += end - 1 - begin > most ? 1 : 0;
            begin = end;
        }
        return pieces;
    }

    private void add(long start, int length) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        starts[count] = start;
        lengths[count] = length;
        places += length;
        count++;
    }

    int count() {
        return count;
    }

    /** Places of all pieces. */
    long places() {
        return places;
    }

    /** How many documents are cut into several pieces. */
    long cut() {
        return cut;
    }

    /** The position of a piece's first token. */
    long start(int piece) {
        return starts[piece];
    }

    /** The places of a piece; one token more is its last target. */
    int length(int piece) {
        return lengths[piece];
    }

    int[] lengths() {
        return Arrays.copyOf(lengths, count);
    }
}
