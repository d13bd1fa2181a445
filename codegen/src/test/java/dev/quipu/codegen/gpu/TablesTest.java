package dev.quipu.codegen.gpu;

import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.Scatter;
import dev.quipu.dsl.DType;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of tables by ids on a GPU, and sums into them: ids that occur once, often, and never. */
class TablesTest {
    static Stream<Arguments> tables() {
        int[] random = new Random(5).ints(300, 0, 50).toArray();
        return Stream.of(
                Arguments.of(11, 20, 14, new int[] {3, 3, 10, 0, 3}),
                Arguments.of(1, 1, 1, new int[] {0}),
                Arguments.of(1, 16, 300, new int[] {0}),
                Arguments.of(50, 1, 300, random),
                Arguments.of(50, 33, 300, random),
                Arguments.of(300, 8, 300, new int[] {299, 7, 0}),
                Arguments.of(97, 257, 5, new int[] {96, 0, 96, 1, 0}));
    }

    private static Buffer floats(int rows, int width, Buffer.Use use) {
        return new Buffer(DType.F32, (long) rows * width, use);
    }

    @ParameterizedTest
    @MethodSource("tables")
    void rowsAreGathered(int tableRows, int width, int count, int[] ids) {
        Gather gather = new Gather(
                tableRows,
                width,
                count,
                List.of(
                        floats(tableRows, width, Buffer.Use.READ),
                        new Buffer(DType.I32, count, Buffer.Use.READ),
                        floats(count, width, Buffer.Use.WRITE)));
        LaunchCheck.of(gather).integers(1, ids).within(0).run();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void rowsAreScattered(int tableRows, int width, int count, int[] ids) {
        for (boolean accumulate : new boolean[] {false, true}) {
            Scatter scatter = new Scatter(
                    tableRows,
                    width,
                    count,
                    accumulate,
                    List.of(
                            new Buffer(DType.I32, count, Buffer.Use.READ),
                            floats(count, width, Buffer.Use.READ),
                            floats(tableRows, width, accumulate ? Buffer.Use.UPDATE : Buffer.Use.WRITE)));
            LaunchCheck.of(scatter).integers(0, ids).run();
        }
    }
}
