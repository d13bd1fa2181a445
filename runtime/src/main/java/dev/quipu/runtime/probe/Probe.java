package dev.quipu.runtime.probe;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.device.State;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a pass over some tokens: by the reference interpreter, which runs each op alone, from its definition, in double
 * precision, and so is for small models and short texts; or some of them as a device computed them, see {@link ProbedPass#on}.
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
        return ProbedPass.forward(model, tokens).interpret(state);
    }

    /**
     * Runs a model on tokens, and backward from the mean of its losses: see {@link ProbedPass#gradient}.
     *
     * @param state the model's parameters; it is only read
     * @param tokens at least 2
     */
    public static Probe gradient(Model model, State state, int... tokens) {
        return ProbedPass.gradient(model, tokens).interpret(state);
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
