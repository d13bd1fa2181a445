package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of every orientation and epilogue against double precision, in memory that ends where buffers end. */
class MatrixLoweringTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    /** batch, rows, columns, depth: thin, ragged, whole, prime, several blocks of depth and of rows. */
    private static final int[][] SHAPES = {
        {1, 1, 1, 1},
        {1, 1, 40, 33},
        {1, 2, 7, 5},
        {1, 3, 64, 16},
        {3, 1, 5, 9},
        {1, 4, 33, 48},
        {1, 1, 129, 600},
        {2, 3, 66, 1030},
        {1, 2, 4, 20},
        {1, 5, 31, 17},
        {1, 6, 32, 8},
        {3, 7, 11, 13},
        {1, 8, 96, 64},
        {1, 12, 32, 16},
        {1, 13, 1, 19},
        {1, 16, 37, 40},
        {3, 24, 35, 4},
        {1, 29, 17, 23},
        {1, 31, 70, 1},
        {1, 40, 16, 31},
        {2, 97, 41, 37},
        {1, 101, 103, 107},
        {1, 120, 300, 24},
        {1, 5, 50, 800},
        {1, 50, 40, 1600}
    };

    /** Sums of outer products: rows, columns, depth; one round and several, whole panels of rows and ragged ones. */
    private static final int[][] OUTER_SHAPES = {
        {12, 32, 1}, {24, 32, 33}, {13, 64, 40}, {101, 96, 1130}, {288, 288, 1030}, {40, 512, 600}, {60, 160, 2600}
    };

    /** Few rows and a larger right matrix that is stored transposed, so that tiles compute the transposed product. */
    private static final int[][] SWAPPED_SHAPES = {
        {1, 17, 40, 100},
        {1, 32, 96, 48},
        {1, 33, 130, 70},
        {1, 20, 1000, 31},
        {3, 18, 61, 77},
        {1, 64, 200, 1600},
        {1, 129, 500, 900},
        {1, 300, 820, 1000}
    };

    @TestFactory
    List<DynamicTest> shapes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int lanes : new int[] {16, 8, 4}) {
            List<MatrixCase> cases = cases(lanes);
            KernelRun run = kernels(cases, lanes);
            for (MatrixCase shape : cases) {
                tests.add(DynamicTest.dynamicTest(lanes + " lanes: " + shape, () -> check(run, shape, lanes)));
            }
        }
        return tests;
    }

    /** Every shape with some orientations and epilogues, so that all of them meet ragged and whole ones. */
    private static List<MatrixCase> cases(int lanes) {
        List<MatrixCase> cases = new ArrayList<>();
        MatrixCase.End[] ends = MatrixCase.End.values();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] shape = SHAPES[i];
            for (int orientation = 0; orientation < 4; orientation++) {
                MatrixCase.End end = ends[(i * 5 + orientation * 2 + lanes / 4) % ends.length];
                cases.add(new MatrixCase(
                        shape[0], shape[1], shape[2], shape[3], (orientation & 1) != 0, (orientation & 2) != 0, end));
            }
        }
        for (int i = 0; i < OUTER_SHAPES.length; i++) {
            int[] shape = OUTER_SHAPES[i];
            for (MatrixCase.End end : List.of(MatrixCase.End.WRITE, MatrixCase.End.ACCUMULATE, ends[i % ends.length])) {
                MatrixCase outer = new MatrixCase(1, shape[0], shape[1], shape[2], true, false, end);
                if (!cases.contains(outer)) {
                    cases.add(outer);
                }
            }
        }
        for (int i = 0; i < SWAPPED_SHAPES.length; i++) {
            int[] shape = SWAPPED_SHAPES[i];
            for (MatrixCase.End end : List.of(MatrixCase.End.WRITE, ends[(i + lanes) % ends.length])) {
                MatrixCase swapped = new MatrixCase(shape[0], shape[1], shape[2], shape[3], false, true, end);
                if (!cases.contains(swapped)) {
                    cases.add(swapped);
                }
            }
        }
        return cases;
    }

    static KernelRun kernels(List<MatrixCase> cases, int lanes) {
        return new KernelRun(
                cases.stream()
                        .map(shape -> MatrixLowering.lower(shape.name(), shape.launch(), lanes))
                        .toList(),
                lanes);
    }

    static void check(KernelRun run, MatrixCase shape, int lanes) {
        float[][] in = numbers(shape);
        float[][] out = run(run, shape, in, -1);
        for (int b = 0; b < shape.batch(); b++) {
            for (int row = 0; row < shape.rows(); row++) {
                for (int column = 0; column < shape.columns(); column++) {
                    double product = shape.element(in, b, row, column);
                    if (shape.isExact()) {
                        assertEquals(
                                shape.exact(in, lanes, b, row, column),
                                out[0][shape.place(b, row, column)],
                                "a sum in the order of the depth for each block of it");
                    }
                    double tolerance = 1e-6 * (4 + Math.sqrt(shape.depth()));
                    assertEquals(
                            shape.expected(in, product, b, row, column),
                            out[0][shape.place(b, row, column)],
                            tolerance,
                            () -> shape.toString());
                    int dense = (b * shape.rows() + row) * shape.columns() + column;
                    assertEquals(
                            shape.expectedSecond(in, product, b, row, column),
                            out[1][dense],
                            tolerance,
                            () -> shape.toString());
                }
            }
        }
        float[][] other = run(run, shape, in, shape.rows());
        assertArrayEquals(out[0], other[0], "order of parts or workers matters");
        assertArrayEquals(out[1], other[1], "order of parts or workers matters");
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 8, 4})
    void oneElementDoesNotDependOnHowManyRowsThereAre(int lanes) {
        MatrixCase large = new MatrixCase(1, 100, 40, 900, false, true, MatrixCase.End.WRITE);
        MatrixCase small = new MatrixCase(1, 20, 40, 900, false, true, MatrixCase.End.WRITE);
        KernelRun run = new KernelRun(
                List.of(
                        MatrixLowering.lower(large.name(), large.launch(), lanes),
                        MatrixLowering.lower(small.name(), small.launch(), lanes)),
                lanes);
        float[][] in = numbers(large);
        float[][] fewer = numbers(small);
        fewer[0] = Arrays.copyOf(in[0], 20 * 900);
        fewer[1] = in[1];
        float[] all = run(run, large, in, 1)[0];
        assertArrayEquals(Arrays.copyOf(all, 20 * 40), run(run, small, fewer, 2)[0]);
    }

    private static float[][] numbers(MatrixCase shape) {
        SplittableRandom random = new SplittableRandom(shape.hashCode());
        float[][] numbers = new float[shape.buffers().size()][];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = new float[Math.toIntExact(shape.buffers().get(i).elements())];
            for (int j = 0; j < numbers[i].length; j++) {
                numbers[i][j] = (float) (random.nextDouble() - 0.5);
            }
        }
        return numbers;
    }

    /** Both outputs; parts in order, or shuffled by a seed. */
    private static float[][] run(KernelRun run, MatrixCase shape, float[][] in, int seed) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] buffers = new MemorySegment[in.length];
            for (int i = 0; i < in.length; i++) {
                long bytes = (long) in[i].length * Float.BYTES;
                buffers[i] = arena.allocate(Math.ceilDiv(bytes, 64L) * 64 + 64, 64);
                buffers[i].fill((byte) -1); // NaN behind the end
                MemorySegment.copy(in[i], 0, buffers[i], FLOAT, 0, in[i].length);
            }
            JvmKernel kernel = run.bind(shape.name(), arena, buffers);
            if (seed < 0) {
                KernelRun.runInOrder(kernel);
            } else {
                KernelRun.runShuffled(kernel, seed);
            }
            return new float[][] {
                output(buffers[MatrixCase.OUT], in[MatrixCase.OUT].length),
                output(buffers[MatrixCase.SECOND], in[MatrixCase.SECOND].length)
            };
        }
    }

    private static float[] output(MemorySegment buffer, int elements) {
        for (long at = (long) elements * Float.BYTES; at < buffer.byteSize(); at++) {
            assertEquals((byte) -1, buffer.get(ValueLayout.JAVA_BYTE, at), "wrote behind the end");
        }
        float[] output = new float[elements];
        MemorySegment.copy(buffer, FLOAT, 0, output, 0, elements);
        return output;
    }
}
