package dev.quipu.codegen.launch;

import java.util.Collections;
import java.util.List;

/**
 * Which element of a buffer belongs to a row and column: {@code offset + sum(rowStrides[i] * row[i]) + columnStride * column},
 * plus {@code positionStride} times a position where there is a {@code positionBuffer}: row dimension 0 numbers sequences, each
 * of which has its own position, and dimension 1, which has that stride, begins there. Rows that a position moves to
 * {@code positionLimit} or beyond are not stored, and load the last row that exists.
 *
 * @param buffer number of the buffer
 * @param offset in elements
 * @param rowStrides in elements, one for each outer size of the space
 * @param columnStride 1 for elements side by side, 0 for one value a row, anything else for a transposed walk
 * @param positionBuffer number of a buffer i32[sequences], or -1
 * @param positionStride in elements
 * @param positionLimit size of the moved dimension in the buffer
 */
public record Access(
        int buffer,
        long offset,
        List<Long> rowStrides,
        long columnStride,
        int positionBuffer,
        long positionStride,
        int positionLimit) {
    /** The row dimension that numbers sequences. */
    public static final int SEQUENCES = 0;

    /** The row dimension that positions move. */
    public static final int MOVED = 1;

    public Access {
        rowStrides = List.copyOf(rowStrides);
        if (positionBuffer >= 0 && rowStrides.get(MOVED) != positionStride) {
            throw new AssertionError("a position that moves no dimension: " + positionStride + " of " + rowStrides);
        }
    }

    public Access(int buffer, long offset, List<Long> rowStrides, long columnStride) {
        this(buffer, offset, rowStrides, columnStride, -1, 0, 0);
    }

    /** By hand: each load is looked for among those before it, and a record's own is slow until the JIT has compiled it. */
    @Override
    public int hashCode() {
        return 31 * buffer + Long.hashCode(offset);
    }

    /** One value for the whole space. */
    public static Access scalar(int buffer, Space space) {
        return new Access(buffer, 0, Collections.nCopies(space.outer().size(), 0L), 0);
    }

    /** Whether a position is added to the number of a row. */
    public boolean isMoved() {
        return positionBuffer >= 0;
    }

    /** Whether a row has one value. */
    public boolean isRowValue() {
        return columnStride == 0;
    }

    /** How many elements a walk over the space touches: dimensions that do not move it show the same ones again. */
    public long elements(Space space) {
        long elements = isRowValue() ? 1 : space.width();
        for (int i = 0; i < rowStrides.size(); i++) {
            elements *= rowStrides.get(i) == 0 ? 1 : space.outer().get(i);
        }
        return elements;
    }

    /** Whether rows follow each other without gaps, as the space walks them, from the buffer's beginning. */
    public boolean isDense(Space space) {
        long stride = space.width();
        for (int i = space.outer().size() - 1; i >= 0; i--) {
            if (space.outer().get(i) != 1 && rowStrides.get(i) != stride) {
                return false;
            }
            stride *= space.outer().get(i);
        }
        return offset == 0 && positionBuffer < 0 && (columnStride == 1 || space.width() == 1);
    }
}
