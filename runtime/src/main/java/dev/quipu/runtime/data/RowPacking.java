package dev.quipu.runtime.data;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which pieces share a row: best fit decreasing, which takes at most 11/9 of the fewest rows possible (Johnson 1973). Longest
 * first, each piece goes into the row that it fills best; the same lengths give the same rows on every machine.
 */
final class RowPacking {
    private static final int NONE = -1;

    private final int[] order;
    private final int[] ends;

    private RowPacking(int[] order, int[] ends) {
        this.order = order;
        this.ends = ends;
    }

    /** Packs pieces of 1 to {@code capacity} places. */
    static RowPacking of(int[] lengths, int capacity) {
        return new Search(lengths, capacity).pack();
    }

    int rows() {
        return ends.length;
    }

    /** Where a row's pieces begin in {@link #piece}. */
    int begin(long row) {
        return row == 0 ? 0 : ends[Math.toIntExact(row) - 1];
    }

    int end(long row) {
        return ends[Math.toIntExact(row)];
    }

    int piece(int index) {
        return order[index];
    }

    /** Rows by the room that they have left, and the pieces of each row as a list linked by numbers. */
    private static final class Search {
        private final int[] lengths;
        private final int capacity;
        private final int[] withRoom;
        private final BitSet rooms;
        private final int[] nextRow;
        private final int[] firstPiece;
        private final int[] lastPiece;
        private final int[] nextPiece;
        private int rows;

        Search(int[] lengths, int capacity) {
            this.lengths = lengths;
            this.capacity = capacity;
            this.withRoom = new int[capacity + 1];
            Arrays.fill(withRoom, NONE);
            this.rooms = new BitSet(capacity + 1);
            this.nextRow = new int[lengths.length];
            this.firstPiece = new int[lengths.length];
            this.lastPiece = new int[lengths.length];
            this.nextPiece = new int[lengths.length];
        }

        RowPacking pack() {
            for (int piece : longestFirst()) {
                int room = rooms.nextSetBit(lengths[piece]);
                if (room < 0) {
                    firstPiece[rows] = piece;
                    put(rows++, piece, capacity - lengths[piece]);
                } else {
                    int row = take(room);
                    nextPiece[lastPiece[row]] = piece;
                    put(row, piece, room - lengths[piece]);
                }
            }
            return result();
        }

        /** Equal lengths stay in order. */
        private int[] longestFirst() {
            int[] places = new int[capacity + 2];
            for (int length : lengths) {
                places[capacity - length + 1]++;
            }
            for (int shorter = 1; shorter < places.length; shorter++) {
                places[shorter] += places[shorter - 1];
            }
            int[] sorted = new int[lengths.length];
            for (int piece = 0; piece < lengths.length; piece++) {
                sorted[places[capacity - lengths[piece]]++] = piece;
            }
            return sorted;
        }

        private int take(int room) {
            int row = withRoom[room];
            withRoom[room] = nextRow[row];
            if (nextRow[row] == NONE) {
                rooms.clear(room);
            }
            return row;
        }

        private void put(int row, int piece, int room) {
            lastPiece[row] = piece;
            nextPiece[piece] = NONE;
            nextRow[row] = withRoom[room];
            withRoom[room] = row;
            rooms.set(room);
        }

        private RowPacking result() {
            int[] order = new int[lengths.length];
            int[] ends = new int[rows];
            int filled = 0;
            for (int row = 0; row < rows; row++) {
                for (int piece = firstPiece[row]; piece != NONE; piece = nextPiece[piece]) {
                    order[filled++] = piece;
                }
                ends[row] = filled;
            }
            return new RowPacking(order, ends);
        }
    }
}
