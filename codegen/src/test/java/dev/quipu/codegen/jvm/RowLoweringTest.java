package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row programs at every width, where masks, tails and single columns begin and end. */
class RowLoweringTest {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
    private static final int ROWS = 5;
    private static final int[] WIDTHS = IntStream.concat(
                    IntStream.rangeClosed(1, 35), IntStream.of(47, 48, 49, 63, 64, 65, 70))
            .toArray();
    private static final int LARGE = 16_777_217; // the first integer that a float cannot hold

    private static KernelRun kernels;

    static IntStream widths() {
        return IntStream.of(WIDTHS);
    }

    @BeforeAll
    static void compile() {
        List<Kernel> all = new ArrayList<>();
        for (int width : WIDTHS) {
            all.add(RowLowering.lower("norm" + width, norm(width), LANES));
            all.add(RowLowering.lower("both" + width, both(width), LANES));
        }
        for (Copy copy : Copy.values()) {
            all.add(RowLowering.lower("copy_" + copy, copy.program(), LANES));
        }
        kernels = new KernelRun(all, LANES);
    }

    private static Expression formula(String text) {
        return Formula.of(text).expression();
    }

    /** {@code x = (x - max(x)) * scale + sum(x); y[row] = sum(x) of the old x}: two depths of reductions, in place. */
    private static RowProgram norm(int width) {
        Access x = new Access(0, 0, List.of((long) width), 1);
        return new RowProgram(
                new Space(List.of(ROWS), width),
                List.of(
                        new Buffer(DType.F32, (long) ROWS * width, Buffer.Use.UPDATE),
                        new Buffer(DType.F32, ROWS, Buffer.Use.READ),
                        new Buffer(DType.F32, ROWS, Buffer.Use.WRITE),
                        new Buffer(DType.F32, width, Buffer.Use.READ)),
                List.of(
                        new Step.Load("x", x),
                        new Step.Load("scale", new Access(1, 0, List.of(1L), 0)),
                        new Step.Load("weight", new Access(3, 0, List.of(0L), 1)),
                        new Step.Reduce("most", Step.Reduction.MAX, formula("x")),
                        new Step.Reduce("total", Step.Reduction.SUM, formula("(x - most) * weight + column")),
                        new Step.Map("y", formula("(x - most) * scale + total")),
                        new Step.Store("y", x, false),
                        new Step.Store("total", new Access(2, 0, List.of(1L), 0), false)));
    }

    @ParameterizedTest
    @MethodSource("widths")
    void rowsAreReducedAndUpdatedInPlace(int width) {
        double[] x = IntStream.range(0, ROWS * width)
                .mapToDouble(i -> (i * 37 % 101) / 8.0 - 20)
                .toArray();
        double[] wanted = new double[x.length];
        double[] totals = new double[ROWS];
        for (int row = 0; row < ROWS; row++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < width; i++) {
                most = Math.max(most, x[row * width + i]);
            }
            for (int i = 0; i < width; i++) {
                totals[row] += (x[row * width + i] - most) * (i % 3) + i;
            }
            for (int i = 0; i < width; i++) {
                wanted[row * width + i] = (x[row * width + i] - most) * (row + 0.5) + totals[row];
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = floats(arena, x);
            MemorySegment sums = floats(arena, new double[ROWS]);
            MemorySegment scale = floats(
                    arena,
                    IntStream.range(0, ROWS).mapToDouble(row -> row + 0.5).toArray());
            MemorySegment weight = floats(
                    arena, IntStream.range(0, width).mapToDouble(i -> i % 3).toArray());
            KernelRun.runShuffled(kernels.bind("norm" + width, arena, memory, scale, sums, weight), 3);
            // small eighths and halves: every order of additions is exact
            assertArrayEquals(wanted, doubles(memory, x.length));
            assertArrayEquals(totals, doubles(sums, ROWS));
            assertEquals(-99, memory.getAtIndex(ValueLayout.JAVA_FLOAT, x.length), "what is behind the last row stays");
        }
    }

    /** {@code y = x + z; x = z}: the store over x stands first, and y loads x all the same. */
    private static RowProgram both(int width) {
        List<Access> places = IntStream.range(0, 3)
                .mapToObj(buffer -> new Access(buffer, 0, List.of((long) width), 1))
                .toList();
        long elements = (long) ROWS * width;
        return new RowProgram(
                new Space(List.of(ROWS), width),
                List.of(
                        new Buffer(DType.F32, elements, Buffer.Use.UPDATE),
                        new Buffer(DType.F32, elements, Buffer.Use.READ),
                        new Buffer(DType.F32, elements, Buffer.Use.WRITE)),
                List.of(
                        new Step.Load("x", places.get(0)),
                        new Step.Load("z", places.get(1)),
                        new Step.Map("y", formula("x + z")),
                        new Step.Store("z", places.get(0), false),
                        new Step.Store("y", places.get(2), false)));
    }

    @ParameterizedTest
    @MethodSource("widths")
    void whatOneStoreOverwritesTheOthersHaveLoaded(int width) {
        double[] x = IntStream.range(0, ROWS * width).mapToDouble(i -> i).toArray();
        double[] z = IntStream.range(0, ROWS * width).mapToDouble(i -> 1000 - i).toArray();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = floats(arena, x);
            MemorySegment sums = floats(arena, new double[x.length]);
            KernelRun.runShuffled(kernels.bind("both" + width, arena, memory, floats(arena, z), sums), 3);
            assertArrayEquals(z, doubles(memory, x.length));
            assertTrue(Arrays.stream(doubles(sums, x.length)).allMatch(sum -> sum == 1000));
        }
    }

    @Test
    void anUpdateOfOtherPlacesIsRefused() {
        List<Step> steps = List.of(
                new Step.Load("x", new Access(0, 0, List.of(4L), 1)),
                new Step.Store("x", new Access(0, 0, List.of(1L), 4), false));
        List<Buffer> buffers = List.of(new Buffer(DType.F32, 16, Buffer.Use.UPDATE));
        AssertionError error =
                assertThrows(AssertionError.class, () -> new RowProgram(new Space(List.of(4), 4), buffers, steps));
        assertTrue(error.getMessage().contains("meet in one buffer"), error::getMessage);
    }

    private static MemorySegment floats(Arena arena, double[] values) {
        MemorySegment segment = arena.allocate(values.length * 4L + 128, 64);
        for (int i = 0; i < values.length + 16; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, i < values.length ? (float) values[i] : -99);
        }
        return segment;
    }

    private static double[] doubles(MemorySegment segment, int count) {
        return IntStream.range(0, count)
                .mapToDouble(i -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, i))
                .toArray();
    }

    /** Copies of a matrix of integers [4, 3]. */
    enum Copy {
        PLAIN(List.of(4), 3, List.of(3L), 1, List.of(3L), 1),
        TRANSPOSED(List.of(3), 4, List.of(1L), 3, List.of(4L), 1),
        ONE_COLUMN(List.of(4, 3), 1, List.of(3L, 1L), 1, List.of(3L, 1L), 1),
        SINGLE_VALUES(List.of(4), 1, List.of(3L), 0, List.of(1L), 0),
        REPEATED(List.of(4), 3, List.of(3L), 0, List.of(3L), 1);

        private final Space space;
        private final Access from;
        private final Access to;

        Copy(List<Integer> outer, int width, List<Long> from, long fromColumn, List<Long> to, long toColumn) {
            this.space = new Space(outer, width);
            this.from = new Access(0, 0, from, fromColumn);
            this.to = new Access(1, 0, to, toColumn);
        }

        RowProgram program() {
            return new RowProgram(
                    space,
                    List.of(new Buffer(DType.I32, 12, Buffer.Use.READ), new Buffer(DType.I32, 12, Buffer.Use.WRITE)),
                    List.of(new Step.Load("x", from), new Step.Store("x", to, false)));
        }

        int source(int place) {
            return switch (this) {
                case PLAIN, ONE_COLUMN -> place;
                case TRANSPOSED -> place % 4 * 3 + place / 4;
                case SINGLE_VALUES -> 3 * place;
                case REPEATED -> place / 3 * 3;
            };
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "TRANSPOSED", "ONE_COLUMN", "SINGLE_VALUES", "REPEATED"})
    void integersAreCopiedExactly(String name) {
        Copy copy = Copy.valueOf(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = floats(arena, new double[12]);
            MemorySegment to = floats(arena, new double[12]);
            for (int i = 0; i < 12; i++) {
                from.setAtIndex(ValueLayout.JAVA_INT, i, LARGE + 2 * i);
            }
            KernelRun.runInOrder(kernels.bind("copy_" + copy, arena, from, to));
            int count = copy == Copy.SINGLE_VALUES ? 4 : 12;
            for (int i = 0; i < count; i++) {
                assertEquals(LARGE + 2 * copy.source(i), to.getAtIndex(ValueLayout.JAVA_INT, i), "element " + i);
            }
        }
    }

    @Test
    void aMinusBeforeAnyNumberIsJava() {
        for (String text : List.of("-(-0) * x", "x - -0", "-(-1) - x", "select(x > -infinity, -x, nan)")) {
            Access access = new Access(0, 0, List.of(), 1);
            RowProgram program = new RowProgram(
                    new Space(List.of(), 3),
                    List.of(new Buffer(DType.F32, 3, Buffer.Use.UPDATE)),
                    List.of(
                            new Step.Load("x", access),
                            new Step.Map("y", formula(text)),
                            new Step.Store("y", access, false)));
            for (int lanes : new int[] {1, LANES}) {
                new KernelRun(List.of(RowLowering.lower("minus", program, lanes)), LANES);
            }
        }
    }
}
