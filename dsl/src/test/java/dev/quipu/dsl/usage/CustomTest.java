package dev.quipu.dsl.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.Custom;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Function;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.text.GraphText;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CustomTest {
    private static final Custom CUBE = Custom.of(
            "cube",
            inputs -> Tensor.formula("x * x * x", inputs.getFirst()),
            (inputs, output, gradient) -> List.of(Tensor.formula("g * 3 * x * x", gradient, inputs.getFirst())));

    @Test
    void allLayersShareOneFunction() {
        Graph graph = Traced.logits(TinyModel.of(3, CUBE::apply), 2, 3).graph();
        Set<Function> functions =
                calls(graph).stream().map(node -> ((Call) node.op()).function()).collect(Collectors.toSet());
        assertEquals(1, functions.size());
        assertEquals(
                "cube_backward",
                functions.iterator().next().backward().orElseThrow().name());
        assertEquals(graph, GraphText.parse(GraphText.print(graph)));
    }

    @Test
    void theCallKnowsItsLayer() {
        Graph graph = Traced.logits(TinyModel.of(2, CUBE::apply), 2, 3).graph();
        assertEquals(
                List.of("layers.0", "layers.1"),
                calls(graph).stream().map(node -> node.site().layer()).toList());
    }

    private static List<Node> calls(Graph graph) {
        return graph.nodes().stream().filter(node -> node.op() instanceof Call).toList();
    }

    @Test
    void aMistakeInsideNamesItsLineAndLayer() {
        int line = Lines.here() + 1;
        Custom.Forward wide = inputs -> inputs.getFirst().slice(-1, 0, 9);
        Custom wrong = Custom.of("wrong", wide, (inputs, output, gradient) -> List.of(gradient));
        assertEquals(
                "slice in layers.0 at CustomTest.java:" + line + ": expected a range within channel=8, found 9 from 0",
                refusal(() -> Traced.logits(TinyModel.of(1, wrong::apply), 2, 3)));
    }

    @Test
    void namesAreIdentifiers() {
        assertEquals(
                "custom op: expected a name of letters, digits and '_', found 'a b'",
                refusal(() -> Custom.of("a b", inputs -> inputs.getFirst(), (inputs, output, gradient) -> inputs)));
    }

    @Test
    void inputsOutputsAndGradientsAreNumbers() {
        Tensor ids = Tensor.input("ids", Type.i32(TinyModel.CHANNELS));
        assertEquals("inputs of type f32, found i32[channel=8]", expectation(() -> CUBE.apply(ids)));
        Custom whole = Custom.of("whole", x -> x.getFirst().cast(DType.I32), (x, y, g) -> List.of(g));
        assertEquals("an output of type f32, found i32[channel=8]", expectation(() -> whole.apply(input())));
        Custom nothing = Custom.of("nothing", x -> null, (x, y, g) -> List.of(g));
        assertEquals("an output of type f32, found null", expectation(() -> nothing.apply(input())));
        Custom rounded = Custom.of("rounded", x -> x.getFirst(), (x, y, g) -> List.of(g.cast(DType.I32)));
        assertEquals("gradients of type f32, found i32[channel=8]", expectation(() -> rounded.apply(input())));
    }

    @Test
    void thereIsOneFittingGradientForEachInput() {
        Custom few = Custom.of("few", x -> x.get(0).plus(x.get(1)), (x, y, g) -> List.of(g));
        assertEquals("2 gradients, found 1; one for each input", expectation(() -> few.apply(input(), input())));
        Custom none = Custom.of("none", x -> x.getFirst(), (x, y, g) -> null);
        assertEquals("1 gradient, found null; one for each input", expectation(() -> none.apply(input())));
        Custom wide = Custom.of("wide", x -> x.get(0).times(x.get(1)), (x, y, g) -> List.of(g, g));
        assertEquals(
                "a gradient of shape [one=1] for input 1, found f32[channel=8]; sumTo sums repeated axes",
                expectation(() -> wide.apply(input(), Tensor.constant(1, new Dim("one", 1)))));
    }

    @Test
    void tensorsFromOutsideArePassedAsInputs() {
        Tensor outside = input();
        String expectation =
                "a function of its inputs alone, found input [f32[channel=8]] from outside; pass it to apply as an"
                        + " input";
        Custom captures = Custom.of("captures", x -> x.getFirst().plus(outside), (x, y, g) -> List.of(g));
        assertEquals(expectation, expectation(() -> captures.apply(input())));
        Custom late = Custom.of("late", x -> x.getFirst(), (x, y, g) -> List.of(g.times(outside)));
        assertEquals(expectation, expectation(() -> late.apply(input())));
    }

    private static Tensor input() {
        return Tensor.input("x", Type.f32(TinyModel.CHANNELS));
    }

    /** What follows "expected " in the refusal. */
    private static String expectation(Runnable body) {
        return refusal(body).replaceFirst("custom op \\w+ in the model at CustomTest.java:\\d+: expected ", "");
    }

    private static String refusal(Runnable body) {
        return assertThrows(QuipuException.class, body::run).getMessage();
    }
}
