package dev.quipu.runtime.cublas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.emulator.api.common.Access;
import dev.quipu.runtime.emulator.api.common.LibraryTaskDescriptor;
import dev.quipu.runtime.emulator.api.types.BFloat16;
import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import dev.quipu.tornado.LibraryProduct;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks of task graphs on a stand-in for cuBLAS: which array, where in it, in which run of the graph. */
class CublasTasksTest {
    private static final int ROWS = 3;
    private static final int COLUMNS = 5;
    private static final int DEPTH = 4;
    private static final int[] PLACES = {99, 99, 99, 7, 90, 200, 99, 99, 99, 2, 111, 300};

    @TempDir
    private Path folder;

    private static IntArray numbers(int... values) {
        IntArray array = new IntArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    private static FloatArray floats(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FloatArray array = new FloatArray(400);
        for (int i = 0; i < array.getSize(); i++) {
            array.set(i, (float) random.nextDouble(-1, 1));
        }
        return array;
    }

    private static BFloat16Array halves(int seed) {
        FloatArray from = floats(seed);
        BFloat16Array array = new BFloat16Array(from.getSize());
        for (int i = 0; i < from.getSize(); i++) {
            array.set(i, BFloat16.bf16FromFloat(from.get(i)));
        }
        return array;
    }

    @ParameterizedTest
    @CsvSource({"1, false, false, false", "1, true, true, true", "2, false, true, true", "2, true, false, false"})
    void multiplyTheMatricesOfTheRun(int batch, boolean left, boolean right, boolean adds)
            throws IOException, InterruptedException {
        FakeCublas fake = FakeCublas.in(folder);
        IntArray iteration = numbers(0);
        try (Cublas.Handle handle = fake.library().on(1)) {
            for (int run = 0; run < 2; run++) {
                FloatArray arena = floats(1);
                BFloat16Array factors = halves(2);
                List<LibraryProduct> products = List.of(
                        product(iteration, arena, arena, arena, batch, left, right, adds),
                        product(iteration, factors, factors, arena, batch, left, right, adds),
                        product(iteration, floats(3), floats(4), arena, batch, left, right, adds));
                iteration.set(0, run);
                for (LibraryProduct product : products) {
                    Object[] arguments = product.descriptor().getParameters();
                    float[] before = arena.toHeapArray();
                    product.accept(product.get(), arguments);
                    float[] expected = arena.toHeapArray();
                    for (int i = 0; i < before.length; i++) {
                        arena.set(i, before[i]);
                    }
                    CublasTasks.multiply(
                            handle,
                            product.get(),
                            argument -> ((TornadoNativeArray) arguments[argument])
                                    .getSegment()
                                    .address());
                    assertArrayEquals(expected, arena.toHeapArray(), 1e-5f);
                    assertEquals(0, fake.kept(FakeCublas.Kept.BAD_ARGUMENTS));
                }
            }
        }
    }

    private static LibraryProduct product(
            IntArray iteration,
            TornadoNativeArray a,
            TornadoNativeArray b,
            TornadoNativeArray c,
            int batch,
            boolean left,
            boolean right,
            boolean adds) {
        return new LibraryProduct(iteration, numbers(PLACES), 3, 6, a, b, c)
                .sizes(batch, ROWS, COLUMNS, DEPTH)
                .transposed(left, right)
                .adding(adds);
    }

    @Test
    void anArrayIsOneArgument() {
        FloatArray arena = floats(1);
        FloatArray weight = floats(2);
        LibraryTaskDescriptor task = product(numbers(0), arena, weight, arena, 1, false, false, false)
                .descriptor();
        List<Object> parameters = new ArrayList<>(List.of(task.getParameters()));
        assertEquals(4, parameters.size());
        assertEquals(List.of(arena, weight), parameters.subList(2, 4));
        assertEquals(
                List.of(Access.READ_ONLY, Access.READ_ONLY, Access.READ_WRITE, Access.READ_ONLY),
                List.of(task.getAccess()));
        assertEquals("quipu/products", task.getLibraryName());
    }
}
