package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes matrices of bf16 in squares of 32. Of two rows the elements of a column become one int, so that a vector has the
 * even columns of both, and another one the odd columns; sixteen such vectors of ints are turned as the kernels' tiles are: rows
 * that are 8, 4, 2 and 1 apart exchange as many lanes. It is done in halves, through memory: what does not fit into the
 * registers of C1 would be interpreted until C2 has it.
 */
final class Turning {
    /** Rows and columns of a square. */
    static final int SQUARE = 32;

    /** Bytes for a square that is half done: the even columns' vectors, then the odd ones'. */
    static final int ROOM = SQUARE * SQUARE * Short.BYTES;

    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = 16;
    private static final long VECTOR = (long) LANES * Integer.BYTES;
    private static final long ODD = LANES * VECTOR;
    private static final int HALF_OF_INT = 16;
    private static final int LOW = 0xffff;
    private static final int HIGH = 0xffff0000;

    private static final IntVector UPPER_8 = exchanged(8, 0);
    private static final IntVector LOWER_8 = exchanged(8, 8);
    private static final IntVector UPPER_4 = exchanged(4, 0);
    private static final IntVector LOWER_4 = exchanged(4, 4);
    private static final IntVector UPPER_2 = exchanged(2, 0);
    private static final IntVector LOWER_2 = exchanged(2, 2);
    private static final IntVector UPPER_1 = exchanged(1, 0);
    private static final IntVector LOWER_1 = exchanged(1, 1);

    /** Whether the JVM has such vectors in registers. */
    static final boolean IS_FAST = IntVector.SPECIES_PREFERRED.length() == LANES;

    private Turning() {}

    /** Lanes of the upper row, and behind them of the lower: of each the blocks of {@code distance} that begin at {@code from}. */
    private static IntVector exchanged(int distance, int from) {
        int[] lanes = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            int block = (lane & ~distance) + from;
            lanes[lane] = (lane & distance) == 0 ? block : LANES + block;
        }
        return IntVector.fromArray(INTS, lanes, 0);
    }

    /**
     * Writes columns as rows. All places and strides are in bytes.
     *
     * @param stride from row to row of the source
     * @param toStride from row to row of the target, which begins at its memory's beginning
     * @param room place in the target's memory of {@link #ROOM} bytes for the work
     */
    static void turn(
            MemorySegment from,
            long at,
            long stride,
            int rows,
            int columns,
            MemorySegment to,
            long toStride,
            long room) {
        int wholeRows = rows - rows % SQUARE;
        int wholeColumns = columns - columns % SQUARE;
        for (int row = 0; row < wholeRows; row += SQUARE) {
            for (int column = 0; column < wholeColumns; column += SQUARE) {
                square(
                        from,
                        at + row * stride + (long) column * Short.BYTES,
                        stride,
                        to,
                        column * toStride + (long) row * Short.BYTES,
                        toStride,
                        room);
            }
        }
        single(from, at, stride, wholeRows, rows, 0, wholeColumns, to, toStride);
        single(from, at, stride, 0, rows, wholeColumns, columns, to, toStride);
    }

    private static void single(
            MemorySegment from,
            long at,
            long stride,
            int row,
            int rows,
            int column,
            int columns,
            MemorySegment to,
            long toStride) {
        for (int i = row; i < rows; i++) {
            for (int j = column; j < columns; j++) {
                short element = from.get(JAVA_SHORT, at + i * stride + (long) j * Short.BYTES);
                to.set(JAVA_SHORT, j * toStride + (long) i * Short.BYTES, element);
            }
        }
    }

    private static void square(
            MemorySegment from, long at, long stride, MemorySegment to, long toAt, long toStride, long room) {
        for (int row = 0; row < 4; row++) {
            quarters(from, at + 2L * row * stride, stride, to, room + row * VECTOR);
        }
        for (int group = 0; group < LANES; group += 4) {
            long column = toAt + 2L * group * toStride;
            neighbours(to, room + group * VECTOR, column, 2 * toStride);
            neighbours(to, room + ODD + group * VECTOR, column + toStride, 2 * toStride);
        }
    }

    /** Four pairs of rows, a quarter of all apart: of their even and of their odd columns. */
    private static void quarters(MemorySegment from, long at, long stride, MemorySegment to, long room) {
        IntVector upper0 = IntVector.fromMemorySegment(INTS, from, at, ORDER);
        IntVector lower0 = IntVector.fromMemorySegment(INTS, from, at + stride, ORDER);
        IntVector upper1 = IntVector.fromMemorySegment(INTS, from, at + 8 * stride, ORDER);
        IntVector lower1 = IntVector.fromMemorySegment(INTS, from, at + 9 * stride, ORDER);
        IntVector upper2 = IntVector.fromMemorySegment(INTS, from, at + 16 * stride, ORDER);
        IntVector lower2 = IntVector.fromMemorySegment(INTS, from, at + 17 * stride, ORDER);
        IntVector upper3 = IntVector.fromMemorySegment(INTS, from, at + 24 * stride, ORDER);
        IntVector lower3 = IntVector.fromMemorySegment(INTS, from, at + 25 * stride, ORDER);
        IntVector even0 = upper0.and(LOW).or(lower0.lanewise(VectorOperators.LSHL, HALF_OF_INT));
        IntVector even1 = upper1.and(LOW).or(lower1.lanewise(VectorOperators.LSHL, HALF_OF_INT));
        IntVector even2 = upper2.and(LOW).or(lower2.lanewise(VectorOperators.LSHL, HALF_OF_INT));
        IntVector even3 = upper3.and(LOW).or(lower3.lanewise(VectorOperators.LSHL, HALF_OF_INT));
        IntVector half0 = UPPER_8.selectFrom(even0, even2);
        IntVector half1 = UPPER_8.selectFrom(even1, even3);
        IntVector half2 = LOWER_8.selectFrom(even0, even2);
        IntVector half3 = LOWER_8.selectFrom(even1, even3);
        UPPER_4.selectFrom(half0, half1).intoMemorySegment(to, room, ORDER);
        LOWER_4.selectFrom(half0, half1).intoMemorySegment(to, room + 4 * VECTOR, ORDER);
        UPPER_4.selectFrom(half2, half3).intoMemorySegment(to, room + 8 * VECTOR, ORDER);
        LOWER_4.selectFrom(half2, half3).intoMemorySegment(to, room + 12 * VECTOR, ORDER);
        IntVector odd0 = upper0.lanewise(VectorOperators.LSHR, HALF_OF_INT).or(lower0.and(HIGH));
        IntVector odd1 = upper1.lanewise(VectorOperators.LSHR, HALF_OF_INT).or(lower1.and(HIGH));
        IntVector odd2 = upper2.lanewise(VectorOperators.LSHR, HALF_OF_INT).or(lower2.and(HIGH));
        IntVector odd3 = upper3.lanewise(VectorOperators.LSHR, HALF_OF_INT).or(lower3.and(HIGH));
        IntVector other0 = UPPER_8.selectFrom(odd0, odd2);
        IntVector other1 = UPPER_8.selectFrom(odd1, odd3);
        IntVector other2 = LOWER_8.selectFrom(odd0, odd2);
        IntVector other3 = LOWER_8.selectFrom(odd1, odd3);
        UPPER_4.selectFrom(other0, other1).intoMemorySegment(to, room + ODD, ORDER);
        LOWER_4.selectFrom(other0, other1).intoMemorySegment(to, room + ODD + 4 * VECTOR, ORDER);
        UPPER_4.selectFrom(other2, other3).intoMemorySegment(to, room + ODD + 8 * VECTOR, ORDER);
        LOWER_4.selectFrom(other2, other3).intoMemorySegment(to, room + ODD + 12 * VECTOR, ORDER);
    }

    /** Four vectors side by side become four rows of the target. */
    private static void neighbours(MemorySegment to, long room, long at, long apart) {
        IntVector half0 = IntVector.fromMemorySegment(INTS, to, room, ORDER);
        IntVector half1 = IntVector.fromMemorySegment(INTS, to, room + VECTOR, ORDER);
        IntVector half2 = IntVector.fromMemorySegment(INTS, to, room + 2 * VECTOR, ORDER);
        IntVector half3 = IntVector.fromMemorySegment(INTS, to, room + 3 * VECTOR, ORDER);
        IntVector pair0 = UPPER_2.selectFrom(half0, half2);
        IntVector pair1 = UPPER_2.selectFrom(half1, half3);
        IntVector pair2 = LOWER_2.selectFrom(half0, half2);
        IntVector pair3 = LOWER_2.selectFrom(half1, half3);
        UPPER_1.selectFrom(pair0, pair1).intoMemorySegment(to, at, ORDER);
        LOWER_1.selectFrom(pair0, pair1).intoMemorySegment(to, at + apart, ORDER);
        UPPER_1.selectFrom(pair2, pair3).intoMemorySegment(to, at + 2 * apart, ORDER);
        LOWER_1.selectFrom(pair2, pair3).intoMemorySegment(to, at + 3 * apart, ORDER);
    }
}
