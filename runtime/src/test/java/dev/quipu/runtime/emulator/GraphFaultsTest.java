package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs whose graphs TornadoVM could not hold, or whose transfers leave out something. */
class GraphFaultsTest {
    private static final String BEFORE = PrintedProgram.IMPORTS + """
        public class Program {
            static final KernelContext context = new KernelContext();
            static final FloatArray a = new FloatArray(8);
            static final FloatArray b = new FloatArray(8);
            public static void copy(KernelContext context, FloatArray from, FloatArray to) {
                to.set(context.globalIdx, from.get(context.globalIdx));
            }
            public static void half(KernelContext context, FloatArray from, FloatArray to) {
                if (context.globalIdx < 4) {
                    to.set(context.globalIdx, from.get(context.globalIdx));
                }
            }
            public static void many(KernelContext context, int i2, int i3, int i4, int i5, int i6, int i7, int i8,
                    int i9, int i10, int i11, int i12, int i13, int i14, int i15, int i16, int i17, int i18, int i19,
                    int i20) {}
            public static void more(KernelContext context, int i2, int i3, int i4, int i5, int i6, int i7, int i8,
                    int i9, int i10, int i11, int i12, int i13, int i14, int i15, int i16, int i17, int i18, int i19,
                    int i20, int i21) {}
            static GridScheduler grids(int all, int items, String... tasks) {
                GridScheduler grids = new GridScheduler();
                for (String task : tasks) {
                    WorkerGrid1D grid = new WorkerGrid1D(all);
                    grid.setLocalWork(items, 1, 1);
                    grids.addWorkerGrid(task, grid);
                }
                return grids;
            }
            static void execute(GridScheduler grids, TaskGraph... graphs) throws Exception {
                ImmutableTaskGraph[] whole = new ImmutableTaskGraph[graphs.length];
                for (int i = 0; i < graphs.length; i++) {
                    whole[i] = graphs[i].snapshot();
                }
                try (TornadoExecutionPlan plan = new TornadoExecutionPlan(whole)) {
                    plan.withGridScheduler(grids);
                    for (int i = 0; i < graphs.length; i++) {
                        plan.withGraph(i).execute();
                    }
                    plan.withGraph(graphs.length - 1).execute();
                }
            }
            public static Object run() throws Exception {
        """;

    private static final String AFTER = """
                return null;
            }
        }
        """;

    private static String numbers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(
                        "21 arguments",
                        FaultKind.ARGUMENTS,
                        "new TaskGraph(\"g\").task(\"more\", Program::more, context, " + numbers(20) + "); // here"),
                arguments("257 tasks", FaultKind.GRAPH_LIMIT, """
                    TaskGraph graph = new TaskGraph("g");
                    for (int i = 0; i < 257; i++) {
                        graph.task("t" + i, Program::copy, context, a, b); // here
                    }
                    """),
                arguments("72 tasks of 20 arguments", FaultKind.GRAPH_LIMIT, """
                    TaskGraph graph = new TaskGraph("g");
                    for (int i = 0; i < 72; i++) {
                        graph.task("t" + i, Program::many, context, NUMBERS); // here
                    }
                    """.replace("NUMBERS", numbers(19))),
                arguments("more arrays than a graph draws", FaultKind.GRAPH_LIMIT, """
                    TaskGraph graph = new TaskGraph("g");
                    for (int i = 0; i < 1014; i++) {
                        graph.consumeFromDevice(new FloatArray(1));
                    }
                    graph.consumeFromDevice(a, b);
                    graph.task("t", Program::copy, context, a, b); // 1,016 arrays, a task of two nodes, three for each of two
                    graph.task("t2", Program::copy, context, a, b); // here
                    """),
                arguments("one name twice", FaultKind.TASK_NAME, """
                    TaskGraph graph = new TaskGraph("g");
                    graph.task("t", Program::copy, context, a, b);
                    graph.task("t", Program::copy, context, b, a); // here
                    """),
                arguments("no grid", FaultKind.GRID, """
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    graph.task("copy", Program::copy, context, a, b); // here
                    execute(grids(8, 4, "g.other"), graph);
                    """),
                arguments("groups of another size", FaultKind.GRID, """
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    graph.task("copy", Program::copy, context, a, b); // here
                    execute(grids(8, 3, "g.copy"), graph);
                    """),
                arguments("groups that no GPU has", FaultKind.GRID, """
                    FloatArray large = new FloatArray(2048);
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, large);
                    graph.task("copy", Program::copy, context, large, new FloatArray(2048)); // here
                    execute(grids(2048, 2048, "g.copy"), graph);
                    """),
                arguments("not persisted, not consumed", FaultKind.UNWRITTEN, """
                    TaskGraph first = new TaskGraph("first").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    first.task("copy", Program::copy, context, a, b).persistOnDevice(b);
                    TaskGraph second = new TaskGraph("second");
                    second.task("copy", Program::copy, context, b, a);
                    execute(grids(8, 4, "first.copy", "second.copy"), first, second);
                    """),
                arguments("persisted by a graph that did not run before", FaultKind.TRANSFER, """
                    TaskGraph first = new TaskGraph("first").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    first.task("copy", Program::copy, context, a, b).persistOnDevice(b);
                    TaskGraph second = new TaskGraph("second");
                    second.consumeFromDevice(b);
                    second.task("copy", Program::copy, context, b, a); // here
                    execute(grids(8, 4, "first.copy", "second.copy"), second, first);
                    """),
                arguments("consumed, but not persisted", FaultKind.TRANSFER, """
                    TaskGraph first = new TaskGraph("first").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    first.task("copy", Program::copy, context, a, b);
                    TaskGraph second = new TaskGraph("second").consumeFromDevice(b);
                    second.task("copy", Program::copy, context, b, a); // here
                    execute(grids(8, 4, "first.copy", "second.copy"), first, second);
                    """),
                arguments("persisted without a task", FaultKind.TRANSFER, """
                    TaskGraph first = new TaskGraph("first").transferToDevice(DataTransferMode.EVERY_EXECUTION, a, b);
                    first.persistOnDevice(b);
                    TaskGraph second = new TaskGraph("second").consumeFromDevice(b);
                    second.task("copy", Program::copy, context, b, a); // here
                    execute(grids(8, 4, "first.copy", "second.copy"), first, second);
                    """),
                arguments("recorded with what another graph has left", FaultKind.TRANSFER, """
                    TaskGraph first = new TaskGraph("first").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    first.task("copy", Program::copy, context, a, b).persistOnDevice(a);
                    TaskGraph second = new TaskGraph("second").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    second.task("copy", Program::copy, context, a, b).persistOnDevice(a);
                    TaskGraph third = new TaskGraph("third").consumeFromDevice(a);
                    third.task("copy", Program::copy, context, a, b); // here
                    GridScheduler grids = grids(8, 4, "first.copy", "second.copy", "third.copy");
                    try (TornadoExecutionPlan plan =
                            new TornadoExecutionPlan(first.snapshot(), second.snapshot(), third.snapshot())) {
                        plan.withGridScheduler(grids).withGraph(2).withCUDAGraph();
                        for (int graph : new int[] {0, 2, 1, 2}) {
                            plan.withGraph(graph).execute();
                        }
                    }
                    """),
                arguments("results that are half written", FaultKind.TRANSFER, """
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    graph.task("half", Program::half, context, a, b); // here
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, b);
                    execute(grids(8, 4, "g.half"), graph);
                    """),
                arguments("results that are only read", FaultKind.TRANSFER, """
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    graph.task("copy", Program::copy, context, a, b); // here
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, a, b);
                    execute(grids(8, 4, "g.copy"), graph);
                    """),
                arguments("results of no task", FaultKind.TRANSFER, """
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    graph.task("copy", Program::copy, context, a, a); // here
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, b);
                    execute(grids(8, 4, "g.copy"), graph);
                    """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void isFoundAtItsLine(String name, FaultKind kind, String body) {
        String marked = kind == FaultKind.UNWRITTEN ? BEFORE.replaceFirst("(?m)from.get.*$", "$0 // here") : BEFORE;
        String text = marked + body.indent(8) + AFTER;
        List<Fault> faults = Faults.collect(() -> PrintedProgram.run(text));
        Fault fault = faults.getFirst();
        assertEquals(kind, fault.kind(), () -> name + ": " + faults);
        Set<Integer> lines = PlantedProgram.markedLines(text);
        assertTrue(lines.contains(fault.line()), () -> lines + fault.toString());
    }

    static Stream<Arguments> right() {
        return Stream.of(
                arguments(
                        "20 arguments",
                        "new TaskGraph(\"g\").task(\"many\", Program::many, context, " + numbers(19) + ");"),
                arguments("256 tasks of one argument", """
                    TaskGraph graph = new TaskGraph("g");
                    for (int i = 0; i < 256; i++) {
                        graph.task("t" + i, (KernelContext c) -> {}, context);
                    }
                    """),
                arguments("kept on the device from graph to graph", """
                    a.init(3f);
                    TaskGraph first = new TaskGraph("first").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    first.task("copy", Program::copy, context, a, b).persistOnDevice(a, b);
                    FloatArray c = new FloatArray(8);
                    TaskGraph second = new TaskGraph("second").consumeFromDevice(a, b);
                    second.task("copy", Program::copy, context, b, c);
                    second.persistOnDevice(a, b);
                    TaskGraph third = new TaskGraph("third").consumeFromDevice(a);
                    third.task("copy", Program::copy, context, a, c);
                    third.persistOnDevice(a);
                    third.transferToHost(DataTransferMode.EVERY_EXECUTION, c);
                    execute(grids(8, 4, "first.copy", "second.copy", "third.copy"), first, second, third);
                    if (c.get(7) != 3f || b.get(7) != 0f) {
                        throw new AssertionError();
                    }
                    """),
                arguments("recorded: transfers are replayed, with what the host has then", """
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.EVERY_EXECUTION, a);
                    graph.task("copy", Program::copy, context, a, b);
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, b);
                    GridScheduler grids = grids(8, 4, "g.copy");
                    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                        plan.withGridScheduler(grids).withCUDAGraph();
                        for (int run = 1; run <= 3; run++) {
                            a.init(run);
                            plan.execute();
                            if (b.get(7) != run) {
                                throw new AssertionError(b.get(7));
                            }
                        }
                    }
                    """),
                arguments("sent once, and changed on the device", """
                    a.init(1f);
                    TaskGraph graph = new TaskGraph("g").transferToDevice(DataTransferMode.FIRST_EXECUTION, a);
                    graph.task("copy", Program::copy, context, a, b);
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, b);
                    GridScheduler grids = grids(8, 4, "g.copy");
                    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                        plan.withGridScheduler(grids).execute();
                        a.init(2f);
                        plan.execute();
                    }
                    if (b.get(0) != 1f) {
                        throw new AssertionError("the device has a memory of its own");
                    }
                    """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("right")
    void isRight(String name, String body) {
        String text = BEFORE + body.indent(8) + AFTER;
        assertEquals(List.of(), Faults.collect(() -> PrintedProgram.run(text)), name);
    }
}
