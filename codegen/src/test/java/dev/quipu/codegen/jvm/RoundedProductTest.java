package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of bf16, whose pieces a library multiplies: here by the definition, so that pieces, strides and epilogues are proved. */
class RoundedProductTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    /** batch, rows, columns, depth: single, ragged, several pieces of rows, of columns, of both. */
    private static final int[][] SHAPES = {
        {1, 1, 1, 1},
        {1, 1, 40, 33},
        {3, 5, 7, 9},
        {1, 130, 17, 5},
        {2, 140, 33, 4},
        {1, 5, 1100, 3},
        {1, 270, 600, 2},
        {1, 600, 20, 3},
        {1, 16, 150, 40},
        {1, 20, 600, 700},
        {2, 33, 300, 90}
    };

    @TestFactory
    List<DynamicTest> shapes() {
        List<MatrixCase> cases = new ArrayList<>();
        MatrixCase.End[] ends = MatrixCase.End.values();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] shape = SHAPES[i];
            for (int orientation = 0; orientation < 4; orientation++) {
                MatrixCase.End end = ends[(i * 5 + orientation * 2) % ends.length];
                cases.add(new MatrixCase(
                        shape[0], shape[1], shape[2], shape[3], (orientation & 1) != 0, (orientation & 2) != 0, end));
            }
        }
        KernelRun run = kernels(cases, 16);
        return cases.stream()
                .map(shape -> DynamicTest.dynamicTest(shape.toString(), () -> check(run, shape)))
                .toList();
    }

    static KernelRun kernels(List<MatrixCase> cases, int lanes) {
        List<Kernel> kernels = cases.stream()
                .map(shape -> MatrixLowering.lower(shape.name(), launch(shape), lanes))
                .toList();
        return new KernelRun(kernels, lanes);
    }

    /** The case's launch with factors, and its second output, in bf16. */
    private static MatrixProduct launch(MatrixCase shape) {
        MatrixProduct launch = shape.launch();
        List<Buffer> buffers = new ArrayList<>(launch.buffers());
        for (int i : List.of(0, 1, MatrixCase.SECOND)) {
            Buffer buffer = buffers.get(i);
            buffers.set(i, new Buffer(DType.BF16, buffer.elements(), buffer.use()));
        }
        return new MatrixProduct(
                launch.batch(),
                launch.rows(),
                launch.columns(),
                launch.depth(),
                launch.transposeLeft(),
                launch.transposeRight(),
                buffers,
                launch.space(),
                launch.epilogue());
    }

    static void check(KernelRun run, MatrixCase shape) {
        float[][] in = numbers(shape);
        float[][] out = run(run, shape, in, -1);
        for (int b = 0; b < shape.batch(); b++) {
            for (int row = 0; row < shape.rows(); row++) {
                for (int column = 0; column < shape.columns(); column++) {
                    double product = shape.element(in, b, row, column);
                    double expected = shape.expected(in, product, b, row, column);
                    assertEquals(expected, out[0][shape.place(b, row, column)], 1e-5, shape::toString);
                    int dense = (b * shape.rows() + row) * shape.columns() + column;
                    double second = shape.expectedSecond(in, product, b, row, column);
                    assertEquals(second, out[1][dense], 1e-5 + Math.abs(second) / 256, shape::toString);
                }
            }
        }
        float[][] other = run(run, shape, in, shape.rows());
        assertArrayEquals(out[0], other[0], "order of parts or workers matters");
        assertArrayEquals(out[1], other[1], "order of parts or workers matters");
    }

    private static float[][] numbers(MatrixCase shape) {
        SplittableRandom random = new SplittableRandom(shape.hashCode());
        List<Buffer> buffers = launch(shape).buffers();
        float[][] numbers = new float[buffers.size()][];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = new float[Math.toIntExact(buffers.get(i).elements())];
            for (int j = 0; j < numbers[i].length; j++) {
                float number = (float) (random.nextDouble() - 0.5);
                numbers[i][j] = buffers.get(i).dtype() == DType.BF16 ? BFloat16.round(number) : number;
            }
        }
        return numbers;
    }

    /** Both outputs; parts in order, or shuffled by a seed. */
    private static float[][] run(KernelRun run, MatrixCase shape, float[][] in, int seed) {
        List<Buffer> layout = launch(shape).buffers();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] buffers = new MemorySegment[in.length];
            for (int i = 0; i < in.length; i++) {
                long bytes = layout.get(i).elements() * layout.get(i).dtype().bytes();
                buffers[i] =
                        arena.allocate(Math.ceilDiv(bytes, 64L) * 64 + 64, 64).fill((byte) -1);
                for (int j = 0; j < in[i].length; j++) {
                    if (layout.get(i).dtype() == DType.BF16) {
                        buffers[i].setAtIndex(ValueLayout.JAVA_SHORT, j, BFloat16.bits(in[i][j]));
                    } else {
                        buffers[i].setAtIndex(FLOAT, j, in[i][j]);
                    }
                }
            }
            JvmKernel kernel = run.bind(shape.name(), arena, buffers);
            if (seed < 0) {
                KernelRun.runInOrder(kernel);
            } else {
                KernelRun.runShuffled(kernel, seed);
            }
            float[] second = new float[in[MatrixCase.SECOND].length];
            for (int i = 0; i < second.length; i++) {
                second[i] = BFloat16.value(buffers[MatrixCase.SECOND].getAtIndex(ValueLayout.JAVA_SHORT, i));
            }
            return new float[][] {output(buffers[MatrixCase.OUT], in[MatrixCase.OUT].length), second};
        }
    }

    private static float[] output(MemorySegment buffer, int elements) {
        for (long at = (long) elements * Float.BYTES; at < buffer.byteSize(); at++) {
            assertEquals((byte) -1, buffer.get(ValueLayout.JAVA_BYTE, at), "wrote behind the end");
        }
        return buffer.asSlice(0, (long) elements * Float.BYTES).toArray(FLOAT);
    }

    /** Shapes of models of a few million weights, forward and backward. */
    @ParameterizedTest
    @CsvSource({
        // rows, columns, depth, transposed left, rows of a piece, columns of a piece
        "2048,  768,  288, false, 512, 256",
        "2048,  288,  768, false, 352, 288",
        "1024, 4096,  512, false, 256, 288",
        " 768,  288, 2048,  true, 384, 288",
        " 288,  768, 2048,  true, 288, 384",
        "1376,  512, 1024,  true, 352, 256",
        " 288,  288, 2048,  true, 160, 288",
        "   3,   50,   20, false,   3,  50"
    })
    void piecesAreLargeAndStayInCache(
            int rows, int columns, int depth, boolean turned, int pieceRows, int pieceColumns) {
        MatrixCase shape = new MatrixCase(1, rows, columns, depth, turned, false, MatrixCase.End.RESIDUAL);
        RoundedBlocking blocking = RoundedBlocking.of(shape.launch(), true);
        assertEquals(List.of(pieceRows, pieceColumns), List.of(blocking.rowsOfPart(), blocking.columnsOfPart()));
        assertTrue(blocking.rowsOfPart() * blocking.keptRow() * Float.BYTES <= 9 << 16, blocking::toString);
    }
}
