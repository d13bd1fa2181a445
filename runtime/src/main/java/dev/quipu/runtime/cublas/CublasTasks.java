package dev.quipu.runtime.cublas;

import dev.quipu.dsl.DType;
import dev.quipu.tornado.LibraryProduct;
import java.util.function.IntToLongFunction;

/** Products of task graphs. */
public final class CublasTasks {
    /** What the library is called in task graphs. */
    public static final String LIBRARY = LibraryProduct.LIBRARY;

    private static final int SIZES = 8;
    private static final int NUMBERS_OF_MATRIX = 3;

    private CublasTasks() {}

    /**
     * Asks for a product.
     *
     * @param numbers that say which, in the order of {@link LibraryProduct#get}
     * @param addresses of the arguments' first elements on the device
     */
    public static void multiply(Cublas.Handle handle, int[] numbers, IntToLongFunction addresses) {
        CublasProduct product = new CublasProduct(
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
                numbers[4] == 1,
                numbers[5] == 1,
                type(numbers, 0),
                type(numbers, 2),
                numbers[6] == 1,
                numbers[7] == 1);
        handle.multiply(
                product,
                new CublasProduct.Addresses(
                        address(numbers, 0, addresses),
                        address(numbers, 1, addresses),
                        address(numbers, 2, addresses)));
    }

    private static DType type(int[] numbers, int matrix) {
        return numbers[SIZES + NUMBERS_OF_MATRIX * matrix + 2] == DType.BF16.bytes() ? DType.BF16 : DType.F32;
    }

    private static long address(int[] numbers, int matrix, IntToLongFunction addresses) {
        int first = SIZES + NUMBERS_OF_MATRIX * matrix;
        return addresses.applyAsLong(numbers[first]) + (long) numbers[first + 1] * numbers[first + 2];
    }
}
