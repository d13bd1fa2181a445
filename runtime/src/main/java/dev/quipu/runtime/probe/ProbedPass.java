package dev.quipu.runtime.probe;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.reference.ReferenceDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A pass over some tokens, ready to be computed: its graph, its inputs, and the names of its tensors. */
public final class ProbedPass {
    private final Traced traced;
    private final Graph graph;
    private final Map<String, Array> inputs;
    private final List<NamedTensor> tensors;

    private ProbedPass(Traced traced, Graph graph, Map<Tensor, Tensor> gradients, Map<String, Array> inputs) {
        this.traced = traced;
        this.graph = graph;
        this.inputs = inputs;
        tensors = NamedTensor.of(graph, gradients);
    }

    /** A model on tokens. */
    public static ProbedPass forward(Model model, int... tokens) {
        Traced traced = Traced.logits(model, 1, tokens.length);
        return new ProbedPass(traced, traced.graph(), Map.of(), Map.of(Traced.TOKENS, ids(tokens)));
    }

    /**
     * A model on tokens, and backward from the mean of its losses in nats: at each token but the last, for the one that
     * follows. Frozen parameters, and what depends on no others, have no gradients.
     *
     * @param tokens at least 2
     */
    public static ProbedPass gradient(Model model, int... tokens) {
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
        return new ProbedPass(traced, joint, gradients, inputs);
    }

    private static Array ids(int... ids) {
        return Array.of(Type.i32(Dim.batch(1), Dim.sequence(ids.length)), place -> ids[place]);
    }

    Graph graph() {
        return graph;
    }

    Map<String, Array> inputs() {
        return inputs;
    }

    List<NamedTensor> tensors() {
        return tensors;
    }

    /** The names of all tensors, in the order of the graph: forward, then backward. */
    public List<String> names() {
        return tensors.stream().map(NamedTensor::name).toList();
    }

    /**
     * Computes all tensors in double precision, each op alone, from its definition.
     *
     * @param state the model's parameters; it is only read
     */
    public Probe interpret(State state) {
        Map<String, Array> values = new HashMap<>();
        traced.parameters()
                .forEach((name, parameter) -> values.put(
                        name,
                        Array.of(
                                new Type(DType.F32, parameter.shape()),
                                state.read(name).toFloats())));
        List<ProbedTensor> probed = new ArrayList<>();
        new Reference(values).trace(graph, inputs, (node, output, value) -> {
            Tensor tensor = node.output(output);
            while (probed.size() < tensors.size()
                    && tensors.get(probed.size()).tensor().equals(tensor)) {
                probed.add(tensors.get(probed.size()).probed(value));
            }
        });
        return new Probe(probed);
    }

    /**
     * Computes tensors on a device, by the kernels that train and sample, except that what is wanted is stored. Tensors inside of
     * custom ops are left out: their functions are inlined. The reference device {@link #interpret interprets}, and computes all
     * tensors, where the graph rounds nothing.
     *
     * @param precision which the device must have; the reference device has TF32 too, which no graph shows
     * @param state the model's parameters; it is only read
     * @param wanted by their names
     * @throws QuipuException if the device has not the precision, or cannot run the program
     */
    public Probe on(Device device, Precision precision, State state, Predicate<String> wanted) {
        if (device instanceof ReferenceDevice && precision != Precision.BF16) {
            return interpret(state);
        }
        device.require(precision);
        return new ProbedProgram(this, new Compiler(false).in(precision), wanted).run(device, state);
    }
}
