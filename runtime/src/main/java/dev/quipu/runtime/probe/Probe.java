package dev.quipu.runtime.probe;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.device.State;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a pass over some tokens, in double precision, by the reference interpreter. It runs each op alone, from its
 * definition, so it is for small models and short texts.
 *
 * <p>A tensor's name is its layer's path and its op, {@code layers.0.attention.wq.matMul}, with a number where a layer has
 * several; a weight's is its path; the loss is {@code loss}. The gradient of the loss with respect to a tensor has the tensor's name and {@code
 * .gradient}; what else the backward pass computes ends in {@code .backward}.
 *
 * @param tensors in the order of the graph: forward, then backward
 */
public record Probe(List<ProbedTensor> tensors) {
    public Probe {
        tensors = List.copyOf(tensors);
    }

    /**
     * Runs a model on tokens.
     *
     * @param state the model's parameters; it is only read
     */
    public static Probe forward(Model model, State state, int... tokens) {
        Traced traced = Traced.logits(model, 1, tokens.length);
        return run(traced.graph(), Map.of(), values(traced, state), Map.of(Traced.TOKENS, ids(tokens)));
    }

    /**
     * Runs a model on tokens, and backward from the mean of its losses in nats: at each token but the last, for the one that
     * follows. Frozen parameters, and what depends on no others, have no gradients.
     *
     * @param state the model's parameters; it is only read
     * @param tokens at least 2
     */
    public static Probe gradient(Model model, State state, int... tokens) {
        if (tokens.length < 2) {
            throw QuipuException.of(
                    "at least 2 tokens", Integer.toString(tokens.length), "gradient", "give a longer text");
        }
        Traced traced = Traced.loss(model, 1, tokens.length);
        int[] targets = Arrays.copyOfRange(tokens, 1, tokens.length + 1);
        targets[tokens.length - 1] = -1;
        Array scale = Array.of(new Type(DType.F32, Shape.scalar()), 1.0 / (tokens.length - 1));
        Map<String, Array> inputs =
                Map.of(Traced.TOKENS, ids(tokens), Traced.TARGETS, ids(targets), Traced.SCALE, scale);
        Tensor loss = traced.graph().results().get(Traced.LOSS);
        Map<Tensor, Tensor> gradients = Differentiate.gradients(traced.graph(), loss, TrainedTensors.of(traced));
        Map<String, Tensor> results = new LinkedHashMap<>(traced.graph().results());
        gradients.forEach((tensor, gradient) -> results.put("gradient " + results.size(), gradient));
        Graph joint = Graph.of(traced.graph().name(), results, List.of());
        return run(joint, gradients, values(traced, state), inputs);
    }

    private static Map<String, Array> values(Traced traced, State state) {
        Map<String, Array> values = new HashMap<>();
        traced.parameters()
                .forEach((name, parameter) -> values.put(
                        name,
                        Array.of(
                                new Type(DType.F32, parameter.shape()),
                                state.read(name).toFloats())));
        return values;
    }

    private static Array ids(int... ids) {
        return Array.of(Type.i32(Dim.batch(1), Dim.sequence(ids.length)), place -> ids[place]);
    }

    private static Probe run(
            Graph graph, Map<Tensor, Tensor> gradients, Map<String, Array> state, Map<String, Array> inputs) {
        ProbeObserver observer = new ProbeObserver(graph, gradients);
        new Reference(state).trace(graph, inputs, observer);
        return new Probe(observer.tensors());
    }

    /**
     * The tensor of a name.
     *
     * @throws QuipuException with the nearest names, if there is none
     */
    public ProbedTensor tensor(String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> NearestNames.unknown(
                        "the name of a tensor",
                        name,
                        tensors.stream().map(ProbedTensor::name).toList()));
    }

    /** The first tensor that holds a value that is not finite. */
    public Optional<ProbedTensor> firstNotFinite() {
        return tensors.stream()
                .filter(tensor -> tensor.firstNotFinite().isPresent())
                .findFirst();
    }

    /** The first one of a pass: a forward value that is not finite spoils the whole backward pass. */
    public Optional<ProbedTensor> firstNotFinite(Site.Pass pass) {
        return new Probe(tensors.stream()
                        .filter(tensor -> tensor.site().pass() == pass)
                        .toList())
                .firstNotFinite();
    }

    /** How another pass differs, tensor by tensor. */
    public Comparison compare(Probe other) {
        return Comparison.of(measured(), other.measured());
    }

    private List<Comparison.Values> measured() {
        return tensors.stream()
                .map(tensor -> new Comparison.Values(
                        tensor.name(),
                        tensor.value().type(),
                        place -> tensor.value().get((int) place)))
                .toList();
    }
}
