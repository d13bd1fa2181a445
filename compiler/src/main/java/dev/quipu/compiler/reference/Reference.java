package dev.quipu.compiler.reference;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
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
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import dev.quipu.dsl.op.WriteState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Interprets any graph, forward or backward, in plain double precision: the yardstick of all devices, and a debugger. Every
 * op is computed from its definition, one after the other, with nothing fused or reused.
 *
 * <p>State lives in the map given to the constructor. All nodes of a run see the state as it was before the run; the effects
 * are applied after the last node, in the graph's order, so that a run that fails changes nothing.
 */
public final class Reference {
    /** Sees every value of a run, in the graph's order. */
    @FunctionalInterface
    public interface Observer {
        void value(Node node, int output, Array value);
    }

    private final Map<String, Array> state;

    /**
     * @param state buffers by name, read and replaced by {@link #run}; the arrays themselves are never changed
     */
    public Reference(Map<String, Array> state) {
        this.state = state;
    }

    /**
     * Computes a graph's results by name and applies its effects to the state.
     *
     * @throws QuipuException where an input or a state is missing or of another shape, or an id is outside its vocabulary
     */
    public Map<String, Array> run(Graph graph, Map<String, Array> inputs) {
        return trace(graph, inputs, (node, output, value) -> {});
    }

    /** Like {@link #run}; shows each node's values to the observer, those of a called function's nodes before the call's. */
    public Map<String, Array> trace(Graph graph, Map<String, Array> inputs, Observer observer) {
        Run run = new Run(inputs, observer);
        Map<String, Array> results = run.results(graph);
        run.written.forEach(state::put);
        return results;
    }

    /** One pass over one graph. */
    private final class Run {
        private final Map<String, Array> arguments;
        private final Observer observer;
        private final Map<Tensor, Array> values = new HashMap<>();
        private final Map<String, Array> written = new LinkedHashMap<>();

        Run(Map<String, Array> arguments, Observer observer) {
            this.arguments = arguments;
            this.observer = observer;
        }

        Map<String, Array> results(Graph graph) {
            for (Node node : graph.nodes()) {
                List<Array> outputs =
                        evaluate(node, node.inputs().stream().map(values::get).toList());
                for (int i = 0; i < outputs.size(); i++) {
                    values.put(node.output(i), outputs.get(i));
                    observer.value(node, i, outputs.get(i));
                }
            }
            Map<String, Array> results = new LinkedHashMap<>();
            graph.results().forEach((name, tensor) -> results.put(name, values.get(tensor)));
            return results;
        }

        private List<Array> evaluate(Node node, List<Array> in) {
            return switch (node.op()) {
                case Attention op ->
                    new ReferenceAttention(in.get(0), in.get(1), op.window(), op.scale())
                            .from(in.subList(3, in.size()))
                            .forward(
                                    in.get(0),
                                    in.get(1),
                                    in.get(2),
                                    type(node),
                                    node.types().get(1));
                case AttentionBackward op ->
                    new ReferenceAttention(in.get(0), in.get(1), op.window(), op.scale())
                            .from(in.subList(6, in.size()))
                            .backward(in, node.types());
                case Broadcast op -> List.of(ReferenceShapes.broadcast(in.getFirst(), type(node)));
                case CachedAttention op -> List.of(cachedAttention(node, op, in));
                case Call op -> call(op, in);
                case Cast op -> List.of(ReferenceShapes.cast(in.getFirst(), type(node)));
                case Concat op -> List.of(ReferenceShapes.concat(op.axis(), in, type(node)));
                case Constant op -> List.of(Array.of(type(node), i -> op.value()));
                case CrossEntropy op -> ReferenceRows.crossEntropy(node, in.get(0), in.get(1));
                case CrossEntropyBackward op ->
                    List.of(ReferenceRows.crossEntropyBackward(node, in.get(0), in.get(1), in.get(2), in.get(3)));
                case Embedding op -> List.of(ReferenceRows.embedding(node, in.get(0), in.get(1), type(node)));
                case EmbeddingBackward op ->
                    List.of(ReferenceRows.embeddingBackward(node, in.get(0), in.get(1), type(node)));
                case LayerNorm op -> ReferenceRows.layerNorm(op, in.get(0), in.get(1), in.get(2), node.types());
                case MatMul op -> List.of(ReferenceMatrix.product(op, in.get(0), in.get(1), type(node)));
                case Pad op -> List.of(ReferenceShapes.pad(op, in.getFirst(), type(node)));
                case Pointwise op -> List.of(ReferencePointwise.evaluate(op.formula(), in, type(node)));
                case Reshape op -> List.of(in.getFirst().as(type(node)));
                case RmsNorm op -> ReferenceRows.rmsNorm(op, in.get(0), in.get(1), node.types());
                case Rope op -> List.of(ReferencePositions.rope(node, op, in, type(node)));
                case RopeTable op -> List.of(ReferencePositions.ropeTable(op, type(node)));
                case Slice op -> List.of(ReferenceShapes.slice(op, in.getFirst(), type(node)));
                case Softmax op -> List.of(ReferenceRows.softmax(in.getFirst(), type(node)));
                case Sum op -> List.of(ReferenceShapes.sum(op, in.getFirst(), type(node)));
                case Transpose op -> List.of(ReferenceShapes.transpose(op, in.getFirst(), type(node)));
                case Input op -> List.of(fitting("input", op.name(), op.type(), arguments));
                case ReadState op -> List.of(fitting("state", op.state(), op.type(), state));
                case WriteState op -> write(op.state(), in.getFirst());
                case AccumulateState op -> accumulate(op.state(), in.getFirst());
                case CacheWrite op -> {
                    Array cache = ReferencePositions.cacheWrite(node, in, type(node));
                    write(op.state(), cache);
                    yield List.of(cache);
                }
            };
        }

        private Array cachedAttention(Node node, CachedAttention op, List<Array> in) {
            int[] positions = ReferencePositions.positions(node, in.get(3));
            Type query = type(node);
            Type statistic = query.withShape(query.shape().sub(0, 3));
            return new ReferenceAttention(in.get(0), in.get(1), op.window(), op.scale())
                    .at(positions)
                    .forward(in.get(0), in.get(1), in.get(2), query, statistic)
                    .getFirst();
        }

        private List<Array> call(Call op, List<Array> in) {
            Map<String, Array> named = new HashMap<>();
            in.forEach(argument -> named.put(Integer.toString(named.size()), argument));
            Graph body = op.function().body();
            return List.copyOf(new Run(named, observer).results(body).values());
        }

        private List<Array> write(String name, Array value) {
            written.put(
                    name, value.as(fitting("state", name, value.type(), state).type()));
            return List.of();
        }

        private List<Array> accumulate(String name, Array value) {
            Array old = written.containsKey(name) ? written.get(name) : fitting("state", name, value.type(), state);
            written.put(name, Array.of(old.type(), i -> old.get(i) + value.get(i)));
            return List.of();
        }
    }

    private static Type type(Node node) {
        return node.types().getFirst();
    }

    private static Array fitting(String kind, String name, Type type, Map<String, Array> arrays) {
        Array array = arrays.get(name);
        if (array == null) {
            throw QuipuException.of(type.toString(), "nothing", kind + " " + name, "");
        }
        if (array.type().dtype() != type.dtype() || !array.type().shape().sameSizes(type.shape())) {
            throw QuipuException.of(type.toString(), array.type().toString(), kind + " " + name, "");
        }
        return array;
    }
}
