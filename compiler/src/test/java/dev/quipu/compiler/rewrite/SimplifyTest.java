package dev.quipu.compiler.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.dsl.Custom;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.WriteState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SimplifyTest {
    private static final Dim ROW = new Dim("row", 3);
    private static final Dim CHANNEL = new Dim("channel", 4);
    private static final Tensor X = Tensor.input("x", Type.f32(ROW, CHANNEL));
    private static final Tensor Y = Tensor.input("y", Type.f32(ROW, CHANNEL));
    private static final Tensor IDS = Tensor.input("ids", Type.i32(ROW));
    private static final Custom TWICE = Custom.of(
            "twice", in -> Tensor.formula("2 * x", in.getFirst()), (in, y, g) -> List.of(Tensor.formula("2 * g", g)));
    private static final Custom FOUR_TIMES = Custom.of(
            "four_times",
            in -> TWICE.apply(TWICE.apply(in.getFirst())),
            (in, y, g) -> List.of(Tensor.formula("4 * g", g)));

    static Stream<Arguments> rewrites() {
        Tensor one = Tensor.constant(1, CHANNEL);
        Tensor zero = Tensor.constant(0, ROW, CHANNEL);
        return Stream.of(
                row("a call is its body", TWICE.apply(X), "input pointwise(2 * x)"),
                row("a call in a call too", FOUR_TIMES.apply(X), "input pointwise(2 * x) x 2"),
                row("a factor of one goes", X.times(one), "input cast"),
                row("a term of zero goes", X.plus(zero).silu(), "input pointwise(silu(x))"),
                row("a product with zero stays: x may be NaN", X.times(zero), "input pointwise(left * 0)"),
                row("a number moves into the formula", X.plus(one).plus(one), "input pointwise(left + 1) x 2"),
                row(
                        "a broadcast number too",
                        X.times(Tensor.constant(3, CHANNEL).broadcastTo(X.shape())),
                        "input pointwise(left * 3)"),
                row(
                        "not where it gives the result its shape",
                        Tensor.input("z", Type.f32(CHANNEL)).plus(zero),
                        "constant input pointwise(left + right)"),
                row(
                        "a formula without its number is folded",
                        Tensor.formula("x * (1 + y) / 2", X, one),
                        "input pointwise(x * 2 / 2)"),
                row("numbers alone stay a formula", one.plus(one), "constant pointwise(left + right)"),
                row(
                        "views of views are one",
                        X.flattenRows().reshape(vector()).reshape(matrix()).silu(),
                        "input reshape pointwise(silu(x))"),
                row(
                        "a view back to the same shape is none",
                        X.reshape(vector()).reshape(X.shape()).silu(),
                        "input pointwise(silu(x))"),
                row("equal nodes are one", X.silu().plus(X.silu()), "input pointwise(silu(x)) pointwise(left + right)"),
                row(
                        "unequal attributes are two",
                        X.slice(1, 0, 2).plus(X.slice(1, 1, 2)),
                        "input slice x 2 pointwise(left + right)"),
                row(
                        "unequal inputs are two",
                        X.silu().plus(Y.silu()),
                        "input x 2 pointwise(silu(x)) x 2 pointwise(left + right)"),
                row("reads of a state are one", read("s").plus(read("s")), "readState pointwise(left + right)"),
                row("a result that is an input is a copy", X, "input cast"),
                row("integers too", IDS.reshape(Shape.of(new Dim("one", 1), ROW)), "input reshape cast"),
                row(
                        "a sum of one element is a view",
                        X.slice(0, 1, 1).sum(0).silu(),
                        "input slice pointwise(silu(x))"));
    }

    private static Arguments row(String name, Tensor result, String expected) {
        return Arguments.of(name, result, expected);
    }

    private static Tensor read(String state) {
        return Tensor.apply(new ReadState(state, X.type())).output(0);
    }

    private static Shape vector() {
        return Shape.of(new Dim("all", 12));
    }

    private static Shape matrix() {
        return Shape.of(new Dim("left", 6), new Dim("right", 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rewrites")
    void firesOrNot(String name, Tensor result, String expected) {
        Graph graph = Graph.of("row", Map.of("result", result), List.of());
        Graph simple = Simplify.of(graph);
        Filled filled = Filled.of(graph, 2, 5);

        assertEquals(expected, ops(simple));
        assertEquals("", filled.interpret(graph).difference(filled.interpret(simple), 0));
    }

    /** Ops in order with their formulas, equal neighbours counted. */
    private static String ops(Graph graph) {
        Map<String, Long> counted = graph.nodes().stream()
                .map(node -> node.op() instanceof Pointwise pointwise
                        ? "pointwise(" + pointwise.formula() + ")"
                        : node.op().mnemonic())
                .collect(Collectors.groupingBy(op -> op, LinkedHashMap::new, Collectors.counting()));
        return counted.entrySet().stream()
                .map(op -> op.getKey() + (op.getValue() == 1 ? "" : " x " + op.getValue()))
                .collect(Collectors.joining(" "));
    }

    static Stream<Arguments> sums() {
        List<Arguments> sums = new ArrayList<>();
        for (int[] sizes :
                new int[][] {{5}, {3, 4}, {1, 4}, {3, 1}, {2, 3, 4}, {1, 3, 4}, {2, 1, 4}, {2, 3, 1}, {2, 1, 3, 2}}) {
            Dim[] dims = IntStream.range(0, sizes.length)
                    .mapToObj(i -> new Dim("d" + i, sizes[i]))
                    .toArray(Dim[]::new);
            for (int subset = 1; subset < 1 << dims.length; subset++) {
                int chosen = subset;
                List<Integer> axes = IntStream.range(0, dims.length)
                        .filter(axis -> (chosen >> axis & 1) == 1)
                        .boxed()
                        .toList();
                sums.add(Arguments.of(Shape.of(dims), axes));
            }
        }
        return sums.stream();
    }

    @ParameterizedTest
    @MethodSource("sums")
    void sumsRunOverTheLastOrTheLeadingAxes(Shape shape, List<Integer> axes) {
        Tensor x = Tensor.input("x", new Type(DType.F32, shape));
        Graph graph = Graph.of("sum", Map.of("y", x.sum(axes.toArray(Integer[]::new))), List.of());
        Graph simple = Simplify.of(graph);
        Filled filled = Filled.of(graph, 2, 3);

        assertEquals("", filled.interpret(graph).difference(filled.interpret(simple), 1e-12));
        for (Node node : simple.nodes()) {
            if (node.op() instanceof Sum sum) {
                int rank = node.inputs().getFirst().shape().rank();
                boolean leading = sum.axes()
                        .equals(IntStream.range(0, sum.axes().size()).boxed().toList());
                assertEquals(true, leading || sum.axes().equals(List.of(rank - 1)), sum + " of rank " + rank);
            }
        }
    }

    @Test
    void aBatchOfOneIsSummedInPlace() {
        Tensor x = Tensor.input("x", Type.f32(Dim.batch(1), Dim.sequence(5), CHANNEL));
        Graph graph = Graph.of("sum", Map.of("y", x.sumTo(Shape.of(CHANNEL))), List.of());

        assertEquals("input sum reshape", ops(Simplify.of(graph)));
    }

    @Test
    void aSumGoesIntoStateTermByTerm() {
        Tensor late = X.silu();
        Tensor sum = late.plus(Y).plus(X);
        Node effect = Tensor.apply(new AccumulateState("s"), sum);
        Graph alone = Graph.of("alone", Map.of(), List.of(effect));
        Graph simple = Simplify.of(alone);
        Filled filled = Filled.of(alone, 2, 4);

        assertEquals("input x 2 pointwise(silu(x)) accumulateState x 3", ops(simple));
        assertEquals(
                List.of("input", "input", "pointwise"),
                simple.effects().stream()
                        .map(added -> added.inputs().getFirst().node().op().mnemonic())
                        .toList(),
                "in the order in which the terms exist");
        assertEquals("", filled.interpret(alone).difference(filled.interpret(simple), 1e-12));

        Graph read = Graph.of("read", Map.of("y", sum), List.of(effect));
        assertEquals(
                "input x 2 pointwise(silu(x)) pointwise(left + right) x 2 accumulateState", ops(Simplify.of(read)));
    }

    @Test
    void resultsThatShareMemoryAndStatesThatSwapAreCopied() {
        Tensor y = X.silu();
        Map<String, Tensor> results = new LinkedHashMap<>(Map.of("matrix", y));
        results.put("vector", y.reshape(vector()));
        List<Node> effects =
                List.of(Tensor.apply(new WriteState("a"), read("b")), Tensor.apply(new WriteState("b"), read("a")));
        Graph graph = Graph.of("copies", results, effects);
        Graph simple = Simplify.of(graph);
        Filled filled = Filled.of(graph, 2, 9);

        assertEquals("input pointwise(silu(x)) reshape readState x 2 cast x 3 writeState x 2", ops(simple));
        assertEquals("", filled.interpret(graph).difference(filled.interpret(simple), 0));
    }
}
