package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A product of matrices by one warp: what it computes, and mistakes that are found at their lines. */
class MatrixUnitTest {
    /** Row i, column k of the left matrix is 16 * i + k; row k, column j of the right one is k - 3 * j. */
    private static final String KERNEL = """
        int[] left = context.allocateIntLocalArray(132);
        int[] right = context.allocateIntLocalArray(64);
        for (int i = item; i < 128; i += 32) {
            left[i] = pair(2 * i, 2 * i + 1);
        }
        for (int i = item; i < 64; i += 32) {
            right[i] = pair(i / 4 - 6 * (i % 4), i / 4 - 6 * (i % 4) - 3);
        }
        context.localBarrier();
        HalfFloat[] a = context.mmaLoadA(left, 16, 0);
        HalfFloat[] b = context.mmaLoadB(right, 16, 0);
        float[] sums = context.mmaFragment(1f);
        sums = context.mmaBF16(a, b, sums, MMAShape.M16N8K16);
        context.mmaStore(sums, output, 0, 2, 10);
        """;

    private static final String BEFORE = PrintedProgram.IMPORTS + """
        import dev.quipu.runtime.emulator.api.types.*;
        public class Program {
            private static int pair(int low, int high) {
                int bits = BFloat16.bf16FromFloat(high) << 16;
                return (char) BFloat16.bf16FromFloat(low) | bits;
            }
            public static void kernel(KernelContext context, FloatArray output) {
                int item = context.localIdx;
        """;

    private static final String AFTER = """
            }
            public static Object run() throws Exception {
                FloatArray output = new FloatArray(162);
                WorkerGrid1D grid = new WorkerGrid1D(32);
                grid.setLocalWork(32, 1, 1);
                TaskGraph graph = new TaskGraph("graph");
                graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, output);
                graph.task("kernel", Program::kernel, new KernelContext(), output);
                graph.transferToHost(DataTransferMode.EVERY_EXECUTION, output);
                try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                    plan.withGridScheduler(new GridScheduler("graph.kernel", grid)).execute();
                }
                float[] values = new float[162];
                for (int i = 0; i < 162; i++) {
                    values[i] = output.get(i);
                }
                return values;
            }
        }
        """;

    private static String program(String kernel) {
        return BEFORE + kernel.indent(8) + AFTER;
    }

    @Test
    void multipliesRowsByColumns() {
        float[][] found = new float[1][];
        assertEquals(List.of(), Faults.collect(() -> found[0] = (float[]) PrintedProgram.run(program(KERNEL))));
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 8; j++) {
                float sum = 1;
                for (int k = 0; k < 16; k++) {
                    sum += (16 * i + k) * (k - 3 * j);
                }
                assertEquals(sum, found[0][i * 10 + 2 + j], "row " + i + ", column " + j);
            }
            assertEquals(0, found[0][i * 10], "left of row " + i);
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(
                        "half a warp",
                        FaultKind.MATRIX,
                        KERNEL.replace("\nsums = ", "\nif (item < 16) sums = ")
                                .replace("M16N8K16);", "M16N8K16); // here")),
                arguments(
                        "an operand of one's own",
                        FaultKind.MATRIX,
                        KERNEL.replace("mmaLoadA(left, 16, 0);", "mmaLoadA(left, 16, item == 9 ? 16 : 0); // here")),
                arguments(
                        "rows that are not aligned",
                        FaultKind.MATRIX,
                        KERNEL.replace("mmaLoadA(left, 16, 0);", "mmaLoadA(left, 16, 4); // here")),
                arguments(
                        "a matrix of another shape",
                        FaultKind.MATRIX,
                        KERNEL.replace("mmaLoadB(right, 16, 0);", "mmaLoadB(right, 8, 0); // here")),
                arguments(
                        "a right matrix past the end",
                        FaultKind.OUT_OF_BOUNDS,
                        KERNEL.replace("mmaLoadB(right, 16, 0);", "mmaLoadB(right, 16, 16); // here")),
                arguments(
                        "rows stored past the end",
                        FaultKind.OUT_OF_BOUNDS,
                        KERNEL.replace("0, 2, 10);", "1, 2, 10); // here")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void mistakesAreFound(String name, FaultKind kind, String kernel) {
        String text = program(kernel);
        List<Fault> found = Faults.collect(() -> PrintedProgram.run(text));
        Set<Integer> lines = found.stream()
                .filter(fault -> fault.kind() == kind)
                .map(Fault::line)
                .collect(Collectors.toSet());
        assertEquals(PlantedProgram.markedLines(text), lines, found.toString());
    }

    @Test
    void aWarpIsWhole() {
        String text = program("float[] sums = context.mmaFragment(1f); // here")
                .replace("WorkerGrid1D(32)", "WorkerGrid1D(48)")
                .replace("setLocalWork(32,", "setLocalWork(48,");
        List<Fault> found = Faults.collect(() -> PrintedProgram.run(text));
        assertEquals(
                List.of("a warp is 32 work-items, and here are 16"),
                found.stream()
                        .filter(fault -> fault.kind() == FaultKind.MATRIX)
                        .map(Fault::detail)
                        .toList(),
                found.toString());
    }

    @Test
    void aMissingBarrierIsARace() {
        List<Fault> found =
                Faults.collect(() -> PrintedProgram.run(program(KERNEL.replace("context.localBarrier();", ""))));
        assertEquals(
                Set.of(FaultKind.RACE, FaultKind.UNWRITTEN),
                found.stream().map(Fault::kind).collect(Collectors.toSet()),
                found.toString());
    }
}
