package dev.quipu.codegen.tornado;

import dev.quipu.codegen.launch.MatrixProduct;
import java.util.List;

/**
 * A matrix product that a library computes.
 *
 * @param product whose sums it is; what its epilogue computes is not part of the call
 * @param result number of the memory for the sums, rows one behind the other: of the launch's buffers, or behind them
 * @param accumulate whether the memory is added to
 */
public record LibraryCall(MatrixProduct product, int result, boolean accumulate) {
    /** The memories that it touches: left, right, result. */
    List<Integer> memories() {
        return List.of(0, 1, result);
    }

    long elements() {
        return (long) product.batch() * product.rows() * product.columns();
    }

    /** What it may touch of each memory. */
    List<Extent> extents() {
        return List.of(
                new Extent(product.buffers().get(0).elements(), false),
                new Extent(product.buffers().get(1).elements(), false),
                new Extent(elements(), !accumulate));
    }
}
