package dev.quipu.codegen.launch;

import java.util.List;

/**
 * {@code product = op(left) op(right)} for a batch of dense matrices, and maps over its elements. Buffer 0 is left, buffer 1
 * right; matrix b of a batch begins at b times its size. A right matrix of fewer bits than the left is widened as it is read.
 *
 * @param batch number of products
 * @param rows M of the product M x N
 * @param columns N
 * @param depth K
 * @param transposeLeft left is stored K x M, else M x K
 * @param transposeRight right is stored N x K, else K x N
 * @param epilogue steps over a space of {@code batch * rows} rows of width {@code columns}; {@link #PRODUCT} names the
 *     product's element; it ends in at least one store. Loads, maps and stores only;
 *     see {@link Updates}. What every part reads, the operands, nothing stores.
 */
public record MatrixProduct(
        int batch,
        int rows,
        int columns,
        int depth,
        boolean transposeLeft,
        boolean transposeRight,
        List<Buffer> buffers,
        Space space,
        List<Step> epilogue)
        implements Launch {
    /** The name of the product's element in the epilogue. */
    public static final String PRODUCT = "product";

    private static final int LEFT = 0;
    private static final int RIGHT = 1;

    public MatrixProduct {
        buffers = List.copyOf(buffers);
        epilogue = List.copyOf(epilogue);
        Updates.check(epilogue, LEFT, RIGHT);
    }

    /** Elements from row to row of a right matrix that is stored transposed. */
    public int rightRow() {
        return Math.toIntExact(buffers.get(RIGHT).dtype().whole(depth));
    }
}
