package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.launch.MatrixProduct;

/**
 * A factor of a product as tiles take it: lines, which are rows of the left one and columns of the right one, each as long as
 * the depth. Addresses count an element as four bytes, whatever it takes.
 *
 * @param buffer its number among the launch's
 * @param type of its memory
 * @param alongDepth whether a line's elements lie side by side, else those of a step of depth
 * @param lineBytes from a line to the next
 * @param stepBytes from a step of depth to the next
 * @param bytes from a factor to the next of the batch
 */
record MatrixFactor(
        int buffer, KernelType type, int lines, boolean alongDepth, long lineBytes, long stepBytes, long bytes) {
    /** The factor whose lines are the product's rows. */
    static MatrixFactor ofRows(MatrixProduct product) {
        return of(product, 0, product.rows(), !product.transposeLeft(), product.depth());
    }

    /** The factor whose lines are the product's columns. */
    static MatrixFactor ofColumns(MatrixProduct product) {
        return of(product, 1, product.columns(), product.transposeRight(), product.rightRow());
    }

    /** @param row elements from line to line, if they lie along the depth */
    private static MatrixFactor of(MatrixProduct product, int buffer, int lines, boolean alongDepth, int row) {
        KernelType type = Segments.type(product.buffers().get(buffer));
        long lineBytes = (alongDepth ? row : 1L) * Float.BYTES;
        long stepBytes = (alongDepth ? 1L : lines) * Float.BYTES;
        long bytes = alongDepth ? lines * lineBytes : product.depth() * stepBytes;
        return new MatrixFactor(buffer, type, lines, alongDepth, lineBytes, stepBytes, bytes);
    }
}
