package dev.quipu.runtime.emulator;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A kernel in the printed style, run by 4 work-groups of 8 work-items over 32 elements: of input, of output, and of index, whose
 * elements are their own numbers; iteration holds one number, which the host never sends.
 *
 * @param body lines of the kernel; those that are wrong end in {@link #MARK}
 */
record PlantedProgram(String body) {
    /** The end of the line where a fault is expected. */
    static final String MARK = "// here";

    private static final String BEFORE = PrintedProgram.IMPORTS + """
        public class Program {
            public static void kernel(
                    KernelContext context, IntArray index, FloatArray input, FloatArray output, IntArray iteration) {
                int group = context.groupIdx;
                int item = context.localIdx;
                int place = group * 8 + item;
        """;

    private static final String AFTER = """
            }
            public static Object run() throws Exception {
                IntArray index = new IntArray(32);
                FloatArray input = new FloatArray(32);
                FloatArray output = new FloatArray(32);
                IntArray iteration = IntArray.fromElements(0);
                for (int i = 0; i < 32; i++) {
                    index.set(i, i);
                    input.set(i, i + 0.5f);
                }
                WorkerGrid1D grid = new WorkerGrid1D(32);
                grid.setLocalWork(8, 1, 1);
                GridScheduler grids = new GridScheduler("graph.kernel", grid);
                TaskGraph graph = new TaskGraph("graph");
                graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, index, input);
                graph.task("kernel", Program::kernel, new KernelContext(), index, input, output, iteration);
                graph.transferToHost(DataTransferMode.UNDER_DEMAND, output);
                try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                    plan.withGridScheduler(grids).execute();
                    plan.withGridScheduler(grids).execute();
                }
                return null;
            }
        }
        """;

    String text() {
        return BEFORE + body.indent(8) + AFTER;
    }

    /** Numbers of the marked lines. */
    static Set<Integer> markedLines(String text) {
        List<String> lines = text.lines().toList();
        return IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).endsWith(MARK))
                .mapToObj(line -> line + 1)
                .collect(Collectors.toSet());
    }

    List<Fault> faults() {
        return Faults.collect(() -> PrintedProgram.run(text()));
    }
}
