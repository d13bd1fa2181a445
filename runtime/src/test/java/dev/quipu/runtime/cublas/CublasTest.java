package dev.quipu.runtime.cublas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Order and meaning of the arguments, on a library that computes what cuBLAS documents in the host's memory. */
class CublasTest {
    private static final long STREAM = 0x5EED;
    private static final int OFFSET = 37;

    @TempDir
    private static Path folder;

    private static FakeCublas fake;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        fake = FakeCublas.in(folder);
    }

    static List<CublasProduct> products() {
        List<CublasProduct> products = new ArrayList<>();
        for (int batch : List.of(1, 3)) {
            for (int transposes = 0; transposes < 4; transposes++) {
                boolean left = (transposes & 1) == 1;
                boolean right = transposes >= 2;
                for (boolean accumulate : List.of(false, true)) {
                    products.add(
                            new CublasProduct(batch, 5, 7, 11, left, right, DType.F32, DType.F32, accumulate, false));
                    products.add(
                            new CublasProduct(batch, 5, 7, 11, left, right, DType.F32, DType.F32, accumulate, true));
                    products.add(
                            new CublasProduct(batch, 5, 7, 11, left, right, DType.BF16, DType.F32, accumulate, false));
                }
                products.add(new CublasProduct(batch, 5, 7, 11, left, right, DType.BF16, DType.BF16, false, false));
            }
        }
        products.add(new CublasProduct(1, 1, 9, 4, false, true, DType.F32, DType.F32, false, false));
        products.add(new CublasProduct(1, 9, 1, 4, true, false, DType.BF16, DType.F32, true, false));
        return products;
    }

    @ParameterizedTest
    @MethodSource("products")
    void multipliesWhatLiesAtTheAddresses(CublasProduct product) {
        try (Arena arena = Arena.ofConfined();
                Cublas.Handle handle = fake.library().on(STREAM)) {
            SplittableRandom random = new SplittableRandom(1);
            Buffer left = filled(arena, product.factors(), product.batch() * product.rows() * product.depth(), random);
            Buffer right =
                    filled(arena, product.factors(), product.batch() * product.columns() * product.depth(), random);
            Buffer result =
                    filled(arena, product.result(), product.batch() * product.rows() * product.columns(), random);
            double[] before = values(result);
            handle.multiply(product, new CublasProduct.Addresses(address(left), address(right), address(result)));
            double[] after = values(result);
            for (int i = 0; i < after.length; i++) {
                int element = i - OFFSET;
                boolean inside = element >= 0 && element < product.batch() * product.rows() * product.columns();
                double expected = inside ? expected(product, left, right, element) : 0;
                double kept = !inside || product.accumulate() ? before[i] : 0;
                double rounded =
                        product.result() == DType.BF16 && inside ? BFloat16.round((float) expected) : expected + kept;
                assertEquals(rounded, after[i], 1e-5, "element " + element);
            }
            assertEquals(0, fake.kept(FakeCublas.Kept.BAD_ARGUMENTS));
            assertEquals(STREAM, fake.kept(FakeCublas.Kept.STREAM));
            assertEquals(product.batch(), fake.kept(FakeCublas.Kept.BATCH));
            assertEquals(product.tf32() ? 77 : 68, fake.kept(FakeCublas.Kept.COMPUTE_TYPE));
            assertEquals(-1, fake.kept(FakeCublas.Kept.ALGORITHM));
        }
        assertEquals(0, fake.kept(FakeCublas.Kept.OPEN_HANDLES));
    }

    private static double expected(CublasProduct product, Buffer left, Buffer right, int element) {
        int column = element % product.columns();
        int row = element / product.columns() % product.rows();
        int matrix = element / (product.columns() * product.rows());
        double sum = 0;
        for (int k = 0; k < product.depth(); k++) {
            int a = product.transposeLeft() ? k * product.rows() + row : row * product.depth() + k;
            int b = product.transposeRight() ? column * product.depth() + k : k * product.columns() + column;
            sum += get(left, OFFSET + matrix * product.rows() * product.depth() + a)
                    * get(right, OFFSET + matrix * product.columns() * product.depth() + b);
        }
        return sum;
    }

    private static long address(Buffer buffer) {
        return buffer.segment().address() + (long) OFFSET * buffer.type().bytes();
    }

    private static Buffer filled(Arena arena, DType type, int elements, SplittableRandom random) {
        Buffer buffer = Buffer.allocate(arena, type, elements + 2L * OFFSET);
        for (long i = 0; i < buffer.length(); i++) {
            float value = (float) random.nextDouble(-1, 1);
            if (type == DType.BF16) {
                buffer.setBFloat16(i, value);
            } else {
                buffer.setFloat(i, value);
            }
        }
        return buffer;
    }

    private static double get(Buffer buffer, long i) {
        return buffer.type() == DType.BF16 ? buffer.getBFloat16(i) : buffer.getFloat(i);
    }

    private static double[] values(Buffer buffer) {
        double[] values = new double[Math.toIntExact(buffer.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(buffer, i);
        }
        return values;
    }

    @Test
    void refusalsSayWhatCublasSaid() {
        List<Cublas.Handle> open = new ArrayList<>();
        try {
            QuipuException refused = assertThrows(QuipuException.class, () -> {
                for (int i = 0; i < 5; i++) {
                    open.add(fake.library().on(STREAM));
                }
            });
            assertEquals(
                    "cublasCreate: expected cuBLAS to succeed, found status 3: the device's memory is full",
                    refused.getMessage());
        } finally {
            open.forEach(Cublas.Handle::close);
        }
    }

    @Test
    void aLibraryThatIsNotThereIsNone() {
        assertEquals(Optional.empty(), Cublas.of(folder.resolve("libother.so").toString()));
        assertTrue(Cublas.of("libm.so.6").isEmpty(), "a library without the functions");
    }

    @Test
    void typesThatCublasHasNotAreOurMistake() {
        assertThrows(
                AssertionError.class,
                () -> new CublasProduct(1, 2, 3, 4, false, false, DType.F32, DType.BF16, false, false));
        assertThrows(
                AssertionError.class,
                () -> new CublasProduct(1, 2, 3, 4, false, false, DType.BF16, DType.F32, false, true));
    }
}
