package dev.quipu.runtime.cublas;

import dev.quipu.dsl.DType;

/**
 * Products {@code C = A B} of row-major matrices, A [rows, depth] and B [depth, columns], or their transposes as they are stored;
 * matrices of one batch lie one behind the other.
 *
 * @param factors what A and B hold, F32 or BF16; they are summed in f32
 * @param result what C holds: F32, or BF16 where the factors are
 * @param accumulate whether C is added to
 * @param tf32 whether f32 factors may be rounded to 10 bits behind the point, for the tensor cores
 */
public record CublasProduct(
        int batch,
        int rows,
        int columns,
        int depth,
        boolean transposeLeft,
        boolean transposeRight,
        DType factors,
        DType result,
        boolean accumulate,
        boolean tf32) {
    public CublasProduct {
        boolean sizes = batch > 0 && rows > 0 && columns > 0 && depth > 0;
        boolean types = factors.isReal() && (result == DType.F32 || (result == DType.BF16 && factors == DType.BF16));
        if (!sizes || !types || (tf32 && factors != DType.F32)) {
            throw new AssertionError("no product for cuBLAS: " + this);
        }
    }

    /**
     * Where the matrices begin, as addresses of the device.
     *
     * @param left of A
     * @param right of B
     * @param result of C
     */
    public record Addresses(long left, long right, long result) {}

    /**
     * What cuBLAS is told. It stores columns one behind the other, and so sees every row-major matrix transposed: it is asked for
     * C^T = B^T A^T, B first.
     *
     * @param m rows of C^T, and so on: see cublasGemmEx
     * @param transposeFirst whether B, as cuBLAS sees it, is to be transposed
     * @param firstLeading elements from one column of B to the next, as cuBLAS sees it
     */
    record ColumnMajor(
            int m,
            int n,
            int k,
            boolean transposeFirst,
            boolean transposeSecond,
            int firstLeading,
            int secondLeading,
            int resultLeading,
            long firstStride,
            long secondStride,
            long resultStride) {}

    ColumnMajor columnMajor() {
        return new ColumnMajor(
                columns,
                rows,
                depth,
                transposeRight,
                transposeLeft,
                transposeRight ? depth : columns,
                transposeLeft ? rows : depth,
                columns,
                (long) columns * depth,
                (long) rows * depth,
                (long) rows * columns);
    }
}
