package dev.quipu.dsl.text;

import dev.quipu.dsl.Custom;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Function;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Origin;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.EmbeddingBackward;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import dev.quipu.dsl.op.WriteState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One application of every op, with awkward values for its attributes. */
final class EveryOp {
    /** An op with the types of its inputs. */
    record Sample(Op op, List<Type> inputs) {}

    static final Type QUERY = Type.f32(Dim.batch(2), Dim.sequence(3), new Dim("head", 4), new Dim("feature", 8));
    static final Type KEY = Type.f32(Dim.batch(2), Dim.sequence(3), new Dim("group", 2), new Dim("feature", 8));
    static final Type CACHE =
            Type.f32(Dim.batch(2), new Dim("position", 9), new Dim("group", 2), new Dim("feature", 8));
    static final Type STATISTIC = Type.f32(Dim.batch(2), new Dim("head", 4), Dim.sequence(3));
    static final Type POSITION = Type.i32(Dim.batch(2));
    static final Type IDS = Type.i32(Dim.batch(2), Dim.sequence(3));
    static final Type ROWS = Type.f32(Dim.batch(2), Dim.sequence(3), new Dim("channel", 8));
    static final Type ROW_STATISTIC = Type.f32(Dim.batch(2), Dim.sequence(3), new Dim("one", 1));
    static final Type CHANNELS = Type.f32(new Dim("channel", 8));
    static final Type TABLE = Type.f32(new Dim("vocabulary", 11), new Dim("channel", 8));

    private EveryOp() {}

    static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>(sources());
        samples.addAll(rows());
        samples.addAll(positions());
        samples.addAll(movements());
        return samples;
    }

    private static List<Sample> sources() {
        return List.of(
                new Sample(new Input("an input \"quoted\\\"", ROWS), List.of()),
                new Sample(new Input("number", Type.f32()), List.of()),
                new Sample(new Constant(Float.NEGATIVE_INFINITY, CHANNELS), List.of()),
                new Sample(new Constant(Float.NaN, CHANNELS), List.of()),
                new Sample(new Constant(-0.0f, CHANNELS), List.of()),
                new Sample(new ReadState("layers.0.norm.weight", CHANNELS), List.of()),
                new Sample(new RopeTable(500000.0, 16, 8), List.of()),
                new Sample(new RopeTable(500000.0, 16, 8, new RopeScaling(8, 1, 4, 8192)), List.of()));
    }

    private static List<Sample> rows() {
        return List.of(
                new Sample(new Embedding(), List.of(TABLE, IDS)),
                new Sample(new EmbeddingBackward(new Dim("vocabulary", 11)), List.of(IDS, ROWS)),
                new Sample(new RmsNorm(1e-5f), List.of(ROWS, CHANNELS)),
                new Sample(new LayerNorm(1e-6f), List.of(ROWS, CHANNELS, CHANNELS)),
                new Sample(new Softmax(), List.of(ROWS)),
                new Sample(new CrossEntropy(), List.of(ROWS, IDS)),
                new Sample(new CrossEntropyBackward(), List.of(ROWS, IDS, ROW_STATISTIC, ROW_STATISTIC)),
                new Sample(new MatMul(false, true), List.of(ROWS, TABLE)),
                new Sample(
                        new Pointwise(Formula.of("silu(gate) * -up + select(up > 1e-7, nan, -infinity)")),
                        List.of(ROWS, CHANNELS)),
                // names in another order than they appear, one of them unused
                new Sample(
                        new Pointwise(new Formula(Formula.of("b - a").expression(), List.of("a", "b", "c"))),
                        List.of(ROWS, ROWS, CHANNELS)),
                new Sample(new Sum(List.of(0, 2)), List.of(ROWS)),
                new Sample(new Sum(List.of()), List.of(ROWS)),
                new Sample(new Call(swish()), List.of(ROWS)));
    }

    private static List<Sample> positions() {
        return List.of(
                new Sample(
                        new Rope(true),
                        List.of(QUERY, Type.f32(new Dim("position", 16), new Dim("angle", 8)), POSITION)),
                new Sample(new Attention(2, 0.35355338f), List.of(QUERY, KEY, KEY)),
                new Sample(new Attention(0, 0.25f), List.of(QUERY, KEY, KEY, IDS)),
                new Sample(new AttentionBackward(0, 0.25f), List.of(QUERY, KEY, KEY, QUERY, STATISTIC, QUERY)),
                new Sample(new AttentionBackward(2, 0.25f), List.of(QUERY, KEY, KEY, QUERY, STATISTIC, QUERY, IDS)),
                new Sample(new CacheWrite("cache.0.keys"), List.of(CACHE, KEY, POSITION)),
                new Sample(new CachedAttention(0, 0.25f), List.of(QUERY, CACHE, CACHE, POSITION)));
    }

    private static List<Sample> movements() {
        return List.of(
                new Sample(new Cast(DType.F32), List.of(IDS)),
                new Sample(new Cast(DType.BF16), List.of(ROWS)),
                new Sample(
                        new Reshape(Shape.of(Dim.batch(2).times(Dim.sequence(3)), new Dim("channel", 8))),
                        List.of(ROWS)),
                new Sample(new Broadcast(ROWS.shape()), List.of(CHANNELS)),
                new Sample(new Transpose(List.of(2, 0, 1)), List.of(ROWS)),
                new Sample(new Slice(2, 1, 4), List.of(ROWS)),
                new Sample(new Pad(1, 0, 5), List.of(ROWS)),
                new Sample(new Concat(1), List.of(ROWS, ROWS)),
                new Sample(new AccumulateState("gradient.layers.0.norm.weight"), List.of(CHANNELS)),
                new Sample(new WriteState("layers.0.norm.weight"), List.of(CHANNELS)));
    }

    private static Function swish() {
        Tensor x = Tensor.input("x", ROWS);
        Custom swish = Custom.of(
                "swish",
                inputs -> inputs.getFirst().silu(),
                (inputs, output, gradient) ->
                        List.of(Tensor.formula("g * (y + sigmoid(x) * (1 - y))", gradient, output, inputs.getFirst())));
        return ((Call) swish.apply(x).node().op()).function();
    }

    private static Site site(int number) {
        Origin origin = new Origin("Every.java", number);
        List<Site.Pass> passes = List.of(Site.Pass.FORWARD, Site.Pass.BACKWARD, Site.Pass.UPDATE);
        Site site = new Site("layers." + number, origin, passes.get(number % 3));
        return number % 4 == 3 ? site.recomputed(number) : site;
    }

    /** A graph of all samples, each at a site of its own. */
    static Graph graph() {
        Map<String, Tensor> results = new LinkedHashMap<>();
        List<Node> effects = new ArrayList<>();
        for (Sample sample : samples()) {
            int number = results.size() + effects.size();
            Site site = site(number);
            List<Tensor> inputs = new ArrayList<>();
            for (Type type : sample.inputs()) {
                Op input = new Input("input." + number + "." + inputs.size(), type);
                inputs.add(Node.of(input, List.of(), new Site("", Origin.UNKNOWN, Site.Pass.FORWARD))
                        .output(0));
            }
            Node node = Node.of(sample.op(), inputs, site);
            if (node.types().isEmpty()) {
                effects.add(node);
            } else {
                results.put("result " + number, node.output(node.types().size() - 1));
            }
        }
        return Graph.of("every op", results, effects);
    }

    /** Calls of two functions of one name. */
    static Graph twoFunctionsOfOneName() {
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (String formula : List.of("x * x", "x + x", "x * x")) {
            Tensor argument = Tensor.input("0", CHANNELS);
            Graph body = Graph.of("twice", Map.of("0", Tensor.formula(formula, argument)), List.of());
            Function function = new Function("twice", List.of(CHANNELS), body, Optional.empty());
            results.put(
                    formula + results.size(),
                    Tensor.apply(new Call(function), argument).output(0));
        }
        return Graph.of("twice", results, List.of());
    }
}
