package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.jvm.MatrixCase;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products on the interpreter of GPU kernels: every orientation, epilogue and tile, in one array with gaps that nobody touches. */
class ProductLoweringTest {
    private static final int GAP = 3;

    /** batch, rows, columns, depth: thin ones both ways, ragged, whole, primes, more than a tile of steps. */
    private static final int[][] SHAPES = {
        {1, 1, 1, 1},
        {1, 1, 40, 33},
        {1, 2, 7, 5},
        {1, 3, 64, 16},
        {3, 1, 5, 9},
        {1, 4, 33, 48},
        {1, 1, 129, 300},
        {2, 3, 66, 130},
        {1, 13, 1, 19},
        {1, 40, 8, 70},
        {1, 29, 17, 23},
        {3, 11, 13, 4},
        {2, 37, 41, 31},
        {1, 17, 65, 64},
        {1, 9, 10, 300}
    };

    @TestFactory
    List<DynamicTest> shapes() {
        List<DynamicTest> tests = new ArrayList<>();
        MatrixCase.End[] ends = MatrixCase.End.values();
        for (int i = 0; i < SHAPES.length; i++) {
            for (int orientation = 0; orientation < 4; orientation++) {
                MatrixCase shape = shape(SHAPES[i], orientation, ends[(i * 5 + orientation * 2) % ends.length]);
                tests.add(DynamicTest.dynamicTest(shape.toString(), () -> check(shape, ProductLoweringTest::lower)));
            }
        }
        return tests;
    }

    /** Every tile, alone and in parts of the depth, on a product that it divides nowhere and on one that it divides. */
    @TestFactory
    List<DynamicTest> tiles() {
        List<DynamicTest> tests = new ArrayList<>();
        int i = 0;
        for (ProductTiling.Tile tile : ProductTiling.TILES) {
            for (int parts = 1; parts <= 3; parts += 2) {
                int rows = tile.rows() + 1 - i % 2;
                int columns = tile.columns() * (1 + i % 2) - 1 + i % 2;
                int[] sizes = {1 + i % 2, rows, columns, parts == 1 ? 20 : 40};
                List<MatrixCase.End> ends = List.of(MatrixCase.End.values());
                MatrixCase shape = shape(sizes, (i + i / 4) % 4, ends.get(i % ends.size()));
                int count = parts;
                tests.add(DynamicTest.dynamicTest(
                        tile + ", " + parts + " parts, " + shape, () -> check(shape, one -> tiled(one, tile, count))));
                i++;
            }
        }
        return tests;
    }

    private static MatrixCase shape(int[] sizes, int orientation, MatrixCase.End end) {
        return new MatrixCase(
                sizes[0], sizes[1], sizes[2], sizes[3], (orientation & 1) != 0, (orientation & 2) != 0, end);
    }

    private static GpuLowering.Lowered lower(MatrixCase shape) {
        return GpuLowering.lower(shape.name(), shape.launch());
    }

    private static GpuLowering.Lowered tiled(MatrixCase shape, ProductTiling.Tile tile, int parts) {
        return ProductLowering.lower(shape.name(), new ProductTiling(shape.launch(), tile, parts));
    }

    private static void check(MatrixCase shape, Function<MatrixCase, GpuLowering.Lowered> lowering) {
        float[][] in = numbers(shape);
        float[][] out = run(in, lowering.apply(shape));
        double tolerance = 1e-6 * (4 + Math.sqrt(shape.depth()));
        for (int b = 0; b < shape.batch(); b++) {
            for (int row = 0; row < shape.rows(); row++) {
                for (int column = 0; column < shape.columns(); column++) {
                    double product = shape.element(in, b, row, column);
                    int place = shape.place(b, row, column);
                    int dense = (b * shape.rows() + row) * shape.columns() + column;
                    assertEquals(shape.expected(in, product, b, row, column), out[0][place], tolerance);
                    assertEquals(shape.expectedSecond(in, product, b, row, column), out[1][dense], tolerance);
                }
            }
        }
    }

    /** Operands and a matrix that is added are bf16, sums are f32, and what is written is bf16 again. */
    @ParameterizedTest
    @ValueSource(strings = {"1 3 40 70", "2 37 41 31", "1 9 10 400"})
    void roundedOperandsAreAddedUpInFullPrecision(String sizes) {
        int[] numbers =
                Arrays.stream(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
        MatrixCase shape = shape(numbers, 1, MatrixCase.End.RESIDUAL);
        MatrixProduct product = shape.launch();
        List<Buffer> buffers = product.buffers().stream()
                .map(buffer -> new Buffer(DType.BF16, buffer.elements(), buffer.use()))
                .toList();
        MatrixProduct rounded = new MatrixProduct(
                product.batch(),
                product.rows(),
                product.columns(),
                product.depth(),
                product.transposeLeft(),
                product.transposeRight(),
                buffers,
                product.space(),
                product.epilogue());
        float[][] in = numbers(shape);
        for (float[] array : in) {
            for (int i = 0; i < array.length; i++) {
                array[i] = BFloat16.round(array[i]);
            }
        }
        float[] out = run(in, GpuLowering.lower("product", rounded))[0];
        for (int i = 0; i < out.length; i++) {
            int row = i / shape.columns();
            int column = i % shape.columns();
            int b = row / shape.rows();
            double element = shape.element(in, b, row % shape.rows(), column);
            double expected = shape.expected(in, element, b, row % shape.rows(), column);
            assertEquals(BFloat16.round(out[i]), out[i], "bf16");
            assertEquals(expected, out[i], Math.abs(expected) / 256 + 1e-5);
        }
    }

    /** The second order is another epilogue's, in a kernel of its own. */
    @Test
    void sumsDoNotDependOnWhatBecomesOfThem() {
        int[][] shapes = {{1, 5, 40, 300}, {1, 33, 34, 35}, {1, 9, 10, 400}};
        for (int[] sizes : shapes) {
            MatrixCase written = shape(sizes, 2, MatrixCase.End.WRITE);
            MatrixCase kept = shape(sizes, 2, MatrixCase.End.IN_PLACE);
            float[][] in = numbers(written);
            assertArrayEquals(run(in, lower(written))[0], run(in, lower(kept))[0]);
        }
    }

    @Test
    void weightGradientsOfManyTokensAreCutAlongTheDepth() {
        MatrixCase gradient = new MatrixCase(1, 288, 288, 8192, true, false, MatrixCase.End.ACCUMULATE);
        GpuLowering.Lowered lowered = lower(gradient);
        assertEquals(2, lowered.kernels().size());
        assertTrue(lowered.kernels().getFirst().groups() >= 100, "too few groups for a GPU");
        assertEquals(0, lowered.scratch().getFirst() % (288 * 288), "whole parts");
    }

    @Test
    void largeProductsTakeLargeTiles() {
        MatrixCase large = new MatrixCase(1, 4096, 4096, 4096, false, true, MatrixCase.End.WRITE);
        assertEquals(128, ProductTiling.of(large.launch()).tile().rows());
        assertEquals(1, ProductTiling.of(large.launch()).parts());
    }

    private static float[][] numbers(MatrixCase shape) {
        SplittableRandom random = new SplittableRandom(shape.hashCode());
        List<float[]> arrays = new ArrayList<>();
        for (Buffer buffer : shape.buffers()) {
            float[] array = new float[Math.toIntExact(buffer.elements())];
            for (int i = 0; i < array.length; i++) {
                array[i] = (float) random.nextDouble(-1, 1);
            }
            arrays.add(array);
        }
        return arrays.toArray(float[][]::new);
    }

    /** What the two outputs hold afterwards. */
    private static float[][] run(float[][] in, GpuLowering.Lowered lowered) {
        float[] arena = new float
                [Arrays.stream(in).mapToInt(array -> array.length + GAP).sum()];
        Arrays.fill(arena, Float.NaN);
        GpuInterpreter.Memory[] memories = new GpuInterpreter.Memory[in.length];
        int base = 0;
        for (int i = 0; i < in.length; i++) {
            base += GAP;
            System.arraycopy(in[i], 0, arena, base, in[i].length);
            memories[i] = new GpuInterpreter.Memory(arena, base, in[i].length);
            base += in[i].length;
        }
        lowered.kernels().forEach(GpuSubset::check);
        GpuInterpreter.run(lowered, memories);
        return new float[][] {elements(memories[MatrixCase.OUT]), elements(memories[MatrixCase.SECOND])};
    }

    private static float[] elements(GpuInterpreter.Memory memory) {
        return Arrays.copyOfRange((float[]) memory.array(), memory.base(), memory.base() + memory.count());
    }
}
