package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.ColumnProgram;
import dev.quipu.codegen.launch.ColumnProgram.ColumnSum;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Formula;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums over leading dimensions on a GPU, in one stage and in two. */
class ColumnProgramsTest {
    /** Two sums of one program: a value of its own, and one that is added to state. */
    private static ColumnProgram program(int outermost, int summed, int kept, int width) {
        long rows = (long) outermost * summed * kept;
        long all = rows * width;
        List<Integer> outer = List.of(outermost, summed, kept);
        Access x = new Access(0, 0, List.of((long) summed * kept * width, (long) kept * width, (long) width), 1);
        Access scale = new Access(1, 0, List.of((long) summed * kept, (long) kept, 1L), 0);
        return new ColumnProgram(
                new Space(outer, width),
                2,
                List.of(
                        new Buffer(DType.F32, all, Buffer.Use.READ),
                        new Buffer(DType.F32, rows, Buffer.Use.READ),
                        new Buffer(DType.F32, (long) kept * width, Buffer.Use.WRITE),
                        new Buffer(DType.F32, (long) kept * width, Buffer.Use.UPDATE)),
                List.of(
                        new Step.Load("x", x),
                        new Step.Load("scale", scale),
                        new Step.Map("twice", Formula.of("2 * scale").expression()),
                        new Step.Map("y", Formula.of("x * twice").expression())),
                List.of(
                        new ColumnSum(Formula.of("y").expression(), 2, false),
                        new ColumnSum(Formula.of("y + column").expression(), 3, true)));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1",
        "1, 5, 1, 7",
        "4, 16, 1, 33",
        "5, 13, 1, 300",
        "5, 13, 3, 20",
        "2, 64, 1, 1",
        "1, 1000, 1, 3",
        "10, 100, 2, 5",
        "100, 1, 2, 64"
    })
    void sumsAreThoseOfTheirRows(int outermost, int summed, int kept, int width) {
        LaunchCheck.of(program(outermost, summed, kept, width)).run();
    }

    @Test
    void manyRowsAreAddedInTwoStages() {
        assertEquals(1, GpuLowering.lower("few", program(4, 16, 1, 8)).kernels().size());
        GpuLowering.Lowered many = GpuLowering.lower("many", program(4, 25, 1, 8));
        assertEquals(
                List.of("many", "many_sum"),
                many.kernels().stream().map(GpuKernel::name).toList());
        assertEquals(List.of(2 * 10 * 8L), many.scratch(), "two sums of ten blocks of ten rows");
    }
}
