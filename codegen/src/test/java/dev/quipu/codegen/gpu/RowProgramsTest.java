package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.formula.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Row programs on a GPU at the widths and numbers of rows where segments, groups and loops begin and end. */
class RowProgramsTest {
    private static final int[] WIDTHS = {1, 2, 3, 7, 31, 32, 33, 64, 100, 257, 1000};
    private static final int[] ROWS = {1, 5, 64, 300};
    private static final int LARGE = 16_777_217; // the first integer that a float cannot hold

    /** Programs over rows of a width; buffer 0 holds x. */
    enum Program {
        NORM {
            @Override
            RowProgram of(int rows, int width) {
                return program(
                        rows,
                        width,
                        List.of(
                                whole(rows, width, Buffer.Use.READ),
                                new Buffer(DType.F32, width, Buffer.Use.READ),
                                whole(rows, width, Buffer.Use.WRITE),
                                new Buffer(DType.F32, rows, Buffer.Use.WRITE)),
                        new Step.Load("x", whole(0, width)),
                        new Step.Load("weight", new Access(1, 0, List.of(0L), 1)),
                        new Step.Reduce("squares", Step.Reduction.SUM, formula("x * x")),
                        new Step.Map("r", formula("rsqrt(squares * " + 1.0 / width + " + 0.00001)")),
                        new Step.Map("y", formula("x * r * weight")),
                        new Step.Store("y", whole(2, width), false),
                        new Step.Store("r", row(3), false));
            }
        },
        SOFTMAX_IN_PLACE {
            @Override
            RowProgram of(int rows, int width) {
                return program(
                        rows,
                        width,
                        List.of(whole(rows, width, Buffer.Use.UPDATE)),
                        new Step.Load("x", whole(0, width)),
                        new Step.Reduce("most", Step.Reduction.MAX, formula("x")),
                        new Step.Reduce("sum", Step.Reduction.SUM, formula("exp(x - most)")),
                        new Step.Map("y", formula("exp(x - most) / sum")),
                        new Step.Store("y", whole(0, width), false));
            }
        },
        CROSS_ENTROPY {
            @Override
            RowProgram of(int rows, int width) {
                return program(
                        rows,
                        width,
                        List.of(
                                whole(rows, width, Buffer.Use.UPDATE),
                                new Buffer(DType.F32, rows, Buffer.Use.UPDATE),
                                new Buffer(DType.F32, rows, Buffer.Use.WRITE),
                                new Buffer(DType.I32, rows, Buffer.Use.READ)),
                        new Step.Load("x", whole(0, width)),
                        new Step.Load("target", row(3)),
                        new Step.Load("g", row(1)),
                        new Step.Reduce("most", Step.Reduction.MAX, formula("x")),
                        new Step.Reduce("sum", Step.Reduction.SUM, formula("exp(x - most)")),
                        new Step.Reduce("picked", Step.Reduction.SUM, formula("select(column == target, x, 0)")),
                        new Step.Map("lse", formula("most + log(sum)")),
                        new Step.Map("loss", formula("select(target >= 0, lse - picked, 0)")),
                        new Step.Map(
                                "dx",
                                formula("select(target >= 0, (exp(x - lse) - select(column == target, 1, 0)) * g, 0)")),
                        new Step.Store("dx", whole(0, width), false),
                        new Step.Store("lse", row(1), false),
                        new Step.Store("loss", row(2), false));
            }
        },
        POINTWISE {
            @Override
            RowProgram of(int rows, int width) {
                return program(
                        rows,
                        width,
                        List.of(
                                whole(rows, width, Buffer.Use.UPDATE),
                                new Buffer(DType.F32, rows, Buffer.Use.READ),
                                new Buffer(DType.F32, 1, Buffer.Use.READ),
                                whole(rows, width, Buffer.Use.UPDATE),
                                new Buffer(DType.F32, rows, Buffer.Use.WRITE)),
                        new Step.Load("x", whole(0, width)),
                        new Step.Load("scale", row(1)),
                        new Step.Load("bias", new Access(2, 0, List.of(0L), 0)),
                        new Step.Load("z", whole(3, width)),
                        new Step.Map("twice", formula("2 * scale")),
                        new Step.Map("y", formula("silu(x) * twice + bias + column")),
                        new Step.Store("z", whole(0, width), false),
                        new Step.Store("y", whole(3, width), true),
                        new Step.Store("twice", row(4), false));
            }
        },
        ROW_VALUES_IN_PLACE {
            @Override
            RowProgram of(int rows, int width) {
                return program(
                        rows,
                        width,
                        List.of(whole(rows, width, Buffer.Use.UPDATE), new Buffer(DType.F32, rows, Buffer.Use.UPDATE)),
                        new Step.Load("x", whole(0, width)),
                        new Step.Load("scale", row(1)),
                        new Step.Map("next", formula("scale * 0.5")),
                        new Step.Map("y", formula("x * scale")),
                        new Step.Store("next", row(1), false),
                        new Step.Store("y", whole(0, width), false));
            }
        };

        abstract RowProgram of(int rows, int width);

        static RowProgram program(int rows, int width, List<Buffer> buffers, Step... steps) {
            return new RowProgram(new Space(List.of(rows), width), buffers, List.of(steps));
        }

        static Buffer whole(int rows, int width, Buffer.Use use) {
            return new Buffer(DType.F32, (long) rows * width, use);
        }

        static Access whole(int buffer, int width) {
            return new Access(buffer, 0, List.of((long) width), 1);
        }

        static Access row(int buffer) {
            return new Access(buffer, 0, List.of(1L), 0);
        }
    }

    private static Expression formula(String text) {
        return Formula.of(text).expression();
    }

    static Stream<Arguments> sizes() {
        List<Arguments> all = new ArrayList<>();
        for (Program program : Program.values()) {
            for (int rows : ROWS) {
                for (int width : WIDTHS) {
                    if (rows * width <= 12_000) { // which leaves out nothing but the time it takes
                        all.add(Arguments.of(program, rows, width));
                    }
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void programsMeanWhatTheirStepsSay(Program program, int rows, int width) {
        LaunchCheck check = LaunchCheck.of(program.of(rows, width));
        if (program == Program.CROSS_ENTROPY) {
            check.integers(3, 0, width - 1, -1, width / 2);
        }
        check.run();
    }

    @Test
    void wholeGroupsReduceAWideRow() {
        for (int width : new int[] {255, 256, 511, 5000}) {
            LaunchCheck.of(Program.NORM.of(2, width)).run();
            LaunchCheck.of(Program.SOFTMAX_IN_PLACE.of(1, width)).run();
        }
    }

    @ParameterizedTest
    @EnumSource
    void primitives(Primitive primitive) {
        double[] arguments = {
            0, 0.3, -0.3, 0.7, -0.7, 1, -1, 1.5, -1.5, 2.5, -2.5, 9, -9, 20, -20, 88, -88, 1e4, -1e4, 1e-30, -1e-30
        };
        Access x = new Access(0, 0, List.of(), 1);
        RowProgram program = new RowProgram(
                new Space(List.of(), arguments.length),
                List.of(new Buffer(DType.F32, arguments.length, Buffer.Use.UPDATE)),
                List.of(
                        new Step.Load("x", x),
                        new Step.Map("y", new Expression.Apply(primitive, new Expression.Name("x"))),
                        new Step.Store("y", x, false)));
        // one number a launch, so that large results do not excuse errors of small ones
        for (double argument : arguments) {
            boolean inRange = primitive != Primitive.EXP || argument < 88.5;
            if (inRange) {
                LaunchCheck.of(program).floats(0, argument).within(1e-6).run();
            }
        }
        LaunchCheck.of(program).floats(0, Double.NaN, Double.NaN).run();
    }

    @Test
    void constantsThatAreNoNumbers() {
        Access x = new Access(0, 0, List.of(), 1);
        RowProgram program = new RowProgram(
                new Space(List.of(), 3),
                List.of(new Buffer(DType.F32, 3, Buffer.Use.UPDATE)),
                List.of(
                        new Step.Load("x", x),
                        new Step.Map("y", formula("select(x > 0, nan, select(x < 0, -infinity, infinity))")),
                        new Step.Store("y", x, false)));
        LaunchCheck.of(program).floats(0, 1, 0, -1).run();
    }

    @Test
    void buffersThatNoIntCanNumberAreRefused() {
        Access x = new Access(0, 0, List.of(1L << 20), 1);
        RowProgram program = new RowProgram(
                new Space(List.of(1 << 11), 1 << 20),
                List.of(new Buffer(DType.F32, 1L << 31, Buffer.Use.UPDATE)),
                List.of(new Step.Load("x", x), new Step.Store("x", x, false)));
        QuipuException refused = assertThrows(QuipuException.class, () -> GpuLowering.lower("large", program));
        assertEquals(
                "buffer x: expected at most 2147482623 elements, which is what kernels for GPUs can number,"
                        + " found 2147483648; use a smaller model, batch or sequence",
                refused.getMessage());
    }

    /** Copies of a matrix of integers [4, 3]. */
    enum Copy {
        PLAIN(List.of(4), 3, List.of(3L), 1, List.of(3L), 1),
        TRANSPOSED(List.of(3), 4, List.of(1L), 3, List.of(4L), 1),
        ONE_COLUMN(List.of(4, 3), 1, List.of(3L, 1L), 1, List.of(3L, 1L), 1),
        REPEATED(List.of(4), 3, List.of(3L), 0, List.of(3L), 1);

        private final RowProgram program;

        Copy(List<Integer> outer, int width, List<Long> from, long fromColumn, List<Long> to, long toColumn) {
            this.program = new RowProgram(
                    new Space(outer, width),
                    List.of(new Buffer(DType.I32, 12, Buffer.Use.READ), new Buffer(DType.I32, 12, Buffer.Use.WRITE)),
                    List.of(
                            new Step.Load("x", new Access(0, 0, from, fromColumn)),
                            new Step.Store("x", new Access(1, 0, to, toColumn), false)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void integersAreCopiedExactly(Copy copy) {
        int[] values = new int[12];
        for (int i = 0; i < values.length; i++) {
            values[i] = LARGE + 2 * i;
        }
        LaunchCheck.of(copy.program).integers(0, values).run();
    }

    @Test
    void floatsBecomeIntegersTowardsZero() {
        Access access = new Access(1, 0, List.of(), 1);
        RowProgram program = new RowProgram(
                new Space(List.of(), 4),
                List.of(new Buffer(DType.F32, 4, Buffer.Use.READ), new Buffer(DType.I32, 4, Buffer.Use.WRITE)),
                List.of(
                        new Step.Load("x", new Access(0, 0, List.of(), 1)),
                        new Step.Map("y", formula("x * 2")),
                        new Step.Store("y", access, false)));
        LaunchCheck.of(program).floats(0, 1.3, -1.3, 0.2, -7).run();
    }

    /** Rows [2 sequences, 3 places, 2 heads] of 4, loaded from a table of angles and stored to a cache of 5 places. */
    @Test
    void positionsMoveLoadsAndStores() {
        Access x = new Access(0, 0, List.of(24L, 8L, 4L), 1);
        Access angle = new Access(1, 1, List.of(0L, 4L, 0L), 1, 3, 4, 6);
        Access cache = new Access(2, 0, List.of(40L, 8L, 4L), 1, 3, 8, 5);
        List<Buffer> buffers = List.of(
                new Buffer(DType.F32, 48, Buffer.Use.READ),
                new Buffer(DType.F32, 25, Buffer.Use.READ),
                new Buffer(DType.F32, 80, Buffer.Use.UPDATE),
                new Buffer(DType.I32, 2, Buffer.Use.READ));
        RowProgram copy = new RowProgram(
                new Space(List.of(2, 3, 2), 4),
                buffers,
                List.of(
                        new Step.Load("x", x),
                        new Step.Load("angle", angle),
                        new Step.Map("y", formula("x * angle")),
                        new Step.Store("y", cache, false)));
        RowProgram reduced = new RowProgram(
                copy.space(),
                buffers,
                List.of(
                        new Step.Load("x", x),
                        new Step.Load("angle", angle),
                        new Step.Reduce("sum", Step.Reduction.SUM, formula("x")),
                        new Step.Map("y", formula("sum * angle")),
                        new Step.Store("y", cache, false)));
        RowProgram rotation = new RowProgram(
                copy.space(),
                buffers,
                List.of(
                        new Step.Load("angle", angle),
                        new Step.Store("angle", new Access(2, 0, List.of(40L, 8L, 4L), 1), false)));
        for (int[] positions : new int[][] {{0, 2}, {3, 1}, {9, 0}}) {
            LaunchCheck.of(rotation).integers(3, positions).run();
            LaunchCheck.of(copy).integers(3, positions).run();
            LaunchCheck.of(reduced).integers(3, positions).run();
        }
    }
}
