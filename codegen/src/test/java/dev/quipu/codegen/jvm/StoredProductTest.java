package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Int8Blocks;
import dev.quipu.dsl.formula.Formula;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Products with weights in bf16 and int8, and rows of tables of them, against what those numbers are. */
class StoredProductTest {
    /** rows, columns, depth: thin and thick, with whole and ragged blocks, groups of columns and vectors. */
    private static final int[][] SHAPES = {
        {1, 1, 33},
        {1, 6, 64},
        {2, 41, 172},
        {3, 50, 32},
        {5, 37, 96},
        {9, 64, 70},
        {16, 33, 31},
        {40, 70, 172},
        {30, 100, 900},
        {1, 700, 200},
        {2, 530, 320},
        {4, 520, 256},
        {17, 64, 90},
        {33, 131, 70},
        {32, 600, 64},
        {64, 200, 1600},
        {300, 70, 40},
        {130, 300, 900}
    };

    /**
     * A product, with a residual or without.
     *
     * @param left type of the left matrix
     * @param type of the right matrix
     */
    private record Case(DType left, DType type, int rows, int columns, int depth, boolean residual) {
        String name() {
            return left + "_stored_" + type + "_" + rows + "_" + columns + "_" + depth + (residual ? "_r" : "");
        }

        /** Where the left factor is rounded, what is widened of the right one is, too. */
        float factor(float element) {
            return left == DType.BF16 ? BFloat16.round(element) : element;
        }

        MatrixProduct launch() {
            Space space = new Space(List.of(rows), columns);
            Access out = new Access(2, 0, List.of((long) columns), columns == 1 ? 0 : 1);
            Access added = new Access(3, 0, List.of((long) columns), columns == 1 ? 0 : 1);
            List<Step> steps = residual
                    ? List.of(
                            new Step.Load("old", added),
                            new Step.Map("y", Formula.of("product + old").expression()),
                            new Step.Store("y", out, false))
                    : List.of(new Step.Store("product", out, false));
            long elements = (long) rows * columns;
            return new MatrixProduct(
                    1,
                    rows,
                    columns,
                    depth,
                    false,
                    true,
                    List.of(
                            new Buffer(left, (long) rows * depth, Buffer.Use.READ),
                            new Buffer(type, columns * type.whole(depth), Buffer.Use.READ),
                            new Buffer(DType.F32, elements, Buffer.Use.WRITE),
                            new Buffer(DType.F32, elements, Buffer.Use.READ)),
                    space,
                    steps);
        }
    }

    @TestFactory
    List<DynamicTest> products() {
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            for (DType type : List.of(DType.BF16, DType.INT8)) {
                for (DType left : List.of(DType.F32, DType.BF16)) {
                    cases.add(new Case(left, type, SHAPES[i][0], SHAPES[i][1], SHAPES[i][2], i % 3 == 1));
                }
            }
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (int lanes : new int[] {16, 8, 4}) {
            KernelRun run = new KernelRun(
                    cases.stream()
                            .map(shape -> MatrixLowering.lower(shape.name(), shape.launch(), lanes))
                            .toList(),
                    lanes);
            cases.forEach(
                    shape -> tests.add(DynamicTest.dynamicTest(lanes + " lanes: " + shape, () -> check(run, shape))));
        }
        return tests;
    }

    private static void check(KernelRun run, Case shape) {
        try (Arena arena = Arena.ofConfined()) {
            float[] left = numbers(shape.rows() * shape.depth(), 1);
            float[] old = numbers(shape.rows() * shape.columns(), 2);
            float[][] weights = new float[shape.columns()][];
            MemorySegment stored = stored(arena, shape.type(), weights, shape.depth());
            MemorySegment product = floats(arena, new float[shape.rows() * shape.columns()]);
            MemorySegment rows = shape.left() == DType.BF16 ? rounded(arena, left) : floats(arena, left);
            JvmKernel kernel = run.bind(shape.name(), arena, rows, stored, product, floats(arena, old));
            KernelRun.runInOrder(kernel);
            for (int row = 0; row < shape.rows(); row++) {
                for (int column = 0; column < shape.columns(); column++) {
                    int at = row * shape.columns() + column;
                    double sum = shape.residual() ? old[at] : 0;
                    for (int k = 0; k < shape.depth(); k++) {
                        sum += (double) left[row * shape.depth() + k] * shape.factor(weights[column][k]);
                    }
                    float found = product.getAtIndex(ValueLayout.JAVA_FLOAT, at);
                    assertEquals(sum, found, 1e-6 * (4 + Math.sqrt(shape.depth())), shape + " at " + at);
                }
            }
            byte[] first = product.toArray(ValueLayout.JAVA_BYTE);
            KernelRun.runShuffled(kernel, 3);
            assertArrayEquals(first, product.toArray(ValueLayout.JAVA_BYTE), "order of parts or workers matters");
        }
    }

    @TestFactory
    List<DynamicTest> rowsOfATable() {
        List<DynamicTest> tests = new ArrayList<>();
        int[] ids = {4, 0, 4, 2};
        for (int lanes : new int[] {16, 8, 4}) {
            for (DType type : List.of(DType.BF16, DType.INT8)) {
                for (int width : new int[] {64, 43}) {
                    tests.add(DynamicTest.dynamicTest(
                            lanes + " lanes: " + type + " " + width, () -> gather(lanes, type, width, ids)));
                }
            }
        }
        return tests;
    }

    private static void gather(int lanes, DType type, int width, int[] ids) {
        Gather gather = new Gather(
                5,
                width,
                ids.length,
                List.of(
                        new Buffer(type, 5 * type.whole(width), Buffer.Use.READ),
                        new Buffer(DType.I32, ids.length, Buffer.Use.READ),
                        new Buffer(DType.F32, (long) ids.length * width, Buffer.Use.WRITE)));
        KernelRun run = new KernelRun(List.of(TableLowering.gather("rows", gather, lanes)), lanes);
        try (Arena arena = Arena.ofConfined()) {
            float[][] table = new float[5][];
            MemorySegment stored = stored(arena, type, table, width);
            MemorySegment places = arena.allocate(64, 64);
            MemorySegment.copy(ids, 0, places, ValueLayout.JAVA_INT, 0, ids.length);
            MemorySegment rows = floats(arena, new float[ids.length * width]);
            KernelRun.runInOrder(run.bind("rows", arena, stored, places, rows));
            for (int i = 0; i < ids.length; i++) {
                for (int k = 0; k < width; k++) {
                    assertEquals(table[ids[i]][k], rows.getAtIndex(ValueLayout.JAVA_FLOAT, i * width + k));
                }
            }
        }
    }

    /** Random rows as they are stored, with what they are then; behind the end stands what is not a number. */
    private static MemorySegment stored(Arena arena, DType type, float[][] rows, int width) {
        long row = type.whole(width);
        MemorySegment stored = arena.allocate(Math.ceilDiv(type.bytes(rows.length * row), 64L) * 64 + 64, 64);
        stored.fill((byte) -1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = numbers(width, 10 + i);
            if (type == DType.INT8) {
                Int8Blocks.store(rows[i], 0, width, stored, i * row * Float.BYTES);
            }
            for (int k = 0; k < width; k++) {
                if (type == DType.INT8) {
                    rows[i][k] = Int8Blocks.value(stored, (i * row + k) * Float.BYTES);
                } else {
                    stored.setAtIndex(ValueLayout.JAVA_SHORT, i * row + k, BFloat16.bits(rows[i][k]));
                    rows[i][k] = BFloat16.round(rows[i][k]);
                }
            }
        }
        return stored;
    }

    /** Numbers in bf16, which they are then. */
    private static MemorySegment rounded(Arena arena, float[] values) {
        MemorySegment segment = arena.allocate(Math.ceilDiv(values.length * 2L, 64L) * 64 + 64, 64);
        segment.fill((byte) -1);
        for (int i = 0; i < values.length; i++) {
            values[i] = BFloat16.round(values[i]);
            segment.setAtIndex(ValueLayout.JAVA_SHORT, i, BFloat16.bits(values[i]));
        }
        return segment;
    }

    private static MemorySegment floats(Arena arena, float[] values) {
        MemorySegment segment = arena.allocate(Math.ceilDiv(values.length * 4L, 64L) * 64 + 64, 64);
        segment.fill((byte) -1);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
        return segment;
    }

    private static float[] numbers(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (random.nextDouble() - 0.5);
        }
        return numbers;
    }
}
