package dev.quipu.compiler.program;

import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Origin;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * AdamW (Loshchilov and Hutter 2019) with clipping of the global gradient norm, as a graph like any other: it reads weights,
 * moments and gradients, writes weights and moments, and clears the gradients. Where the norm is not finite it keeps the old
 * weights and moments.
 *
 * @param weightDecay applies to parameters of two or more dimensions, outside the groups that have one of their own
 * @param clip largest global norm
 * @param groups parameters with settings of their own; a parameter is in the first that matches it
 */
public record AdamW(
        double beta1, double beta2, double epsilon, double weightDecay, double clip, List<ParameterGroup> groups) {
    /** Input f32[1]: the step's learning rate. */
    public static final String LEARNING_RATE = "learning_rate";

    /** Input f32[1]: {@code 1 - beta1^t}, t counted from 1. */
    public static final String CORRECTION_1 = "correction_1";

    /** Input f32[1]: {@code 1 - beta2^t}. */
    public static final String CORRECTION_2 = "correction_2";

    /** Result f32[1]: the gradients' global norm before clipping. */
    public static final String NORM = "gradient_norm";

    private static final ParameterGroup OTHERS = new ParameterGroup(new Glob("*"), 1, OptionalDouble.empty());

    /** The paper's settings: section 2.3. */
    public static final AdamW LLAMA = new AdamW(0.9, 0.95, 1e-8, 0.1, 1.0);

    public AdamW {
        groups = List.copyOf(groups);
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && weightDecay >= 0 && clip > 0)) {
            throw new QuipuException(
                    "AdamW: expected betas in [0, 1), epsilon and clip above 0, weight decay of at least 0," + " found "
                            + this);
        }
    }

    /** Without groups. */
    public AdamW(double beta1, double beta2, double epsilon, double weightDecay, double clip) {
        this(beta1, beta2, epsilon, weightDecay, clip, List.of());
    }

    /** Name of the state that holds a parameter's first moment. */
    public static String firstMoment(String parameter) {
        return "adam.m." + parameter;
    }

    /** Name of the state that holds a parameter's second moment. */
    public static String secondMoment(String parameter) {
        return "adam.v." + parameter;
    }

    /**
     * The update of the trained parameters.
     *
     * @throws QuipuException if there are none, or none of a group
     */
    public Graph update(Map<String, Parameter> parameters, List<String> trained) {
        Map<String, ParameterGroup> groupOf = groupOf(trained);
        return Trace.at(site(""), () -> {
            Map<String, Tensor> gradients = new LinkedHashMap<>();
            Tensor squares = null;
            for (String name : trained) {
                Tensor gradient = read(Differentiated.gradientOf(name), parameters.get(name));
                gradients.put(name, gradient);
                Tensor square = Trace.at(
                        site(layer(name)),
                        () -> Tensor.formula("g * g", gradient).sumAll());
                squares = squares == null ? square : squares.plus(square);
            }
            Tensor norm = Tensor.formula("sqrt(squares)", squares);
            // x - x is 0 for every finite x and NaN otherwise
            Tensor factor =
                    Tensor.formula("select(norm - norm == 0, min(1, " + clip + " / (norm + 0.000001)), -1)", norm);
            Formulas formulas = formulas();
            List<Node> effects = new ArrayList<>();
            gradients.forEach((name, gradient) -> Trace.at(
                    site(layer(name)),
                    () -> effects.addAll(step(
                            name,
                            parameters.get(name),
                            groupOf.getOrDefault(name, OTHERS),
                            formulas,
                            gradient,
                            factor))));
            return Graph.of("AdamW", Map.of(NORM, norm), effects);
        });
    }

    private Map<String, ParameterGroup> groupOf(List<String> trained) {
        if (trained.isEmpty()) {
            throw QuipuException.of("parameters to train", "none", "AdamW", "some must not be frozen");
        }
        Map<String, ParameterGroup> groupOf = new HashMap<>();
        for (ParameterGroup group : groups) {
            Set<String> members = group.names().select(trained, "trained parameters for a group");
            if (groupOf.keySet().containsAll(members)) {
                throw QuipuException.of(
                        "parameters that are in no group before it",
                        "none",
                        "parameter group " + group.names(),
                        "the first group that matches counts");
            }
            members.forEach(name -> groupOf.putIfAbsent(name, group));
        }
        return groupOf;
    }

    /** What all steps compute, written once: numbers are slow to print. */
    private record Formulas(Formula firstMoment, Formula secondMoment, Map<Double, Formula> weights) {}

    private Formulas formulas() {
        return new Formulas(
                Formula.of("select(factor >= 0, " + beta1 + " * m + " + (1 - beta1) + " * (g * factor), m)"),
                Formula.of("select(factor >= 0, " + beta2 + " * v + " + (1 - beta2)
                        + " * (g * factor) * (g * factor), v)"),
                new HashMap<>());
    }

    private Formula weight(double decay) {
        return Formula.of("select(factor >= 0, w * (1 - rate * " + decay + ") - rate * (m / c1) / (sqrt(v / c2) + "
                + epsilon + "), w)");
    }

    /** One parameter's step; a factor of -1 means that the gradients are not finite and nothing moves. */
    private List<Node> step(
            String name, Parameter parameter, ParameterGroup group, Formulas formulas, Tensor gradient, Tensor factor) {
        Tensor weight = read(name, parameter);
        Tensor m = read(firstMoment(name), parameter);
        Tensor v = read(secondMoment(name), parameter);
        Tensor rate = group.learningRate() == 1
                ? scalar(LEARNING_RATE)
                : Tensor.formula("rate * " + group.learningRate(), scalar(LEARNING_RATE));
        Tensor m1 = Tensor.formula(formulas.firstMoment(), factor, m, gradient);
        Tensor v1 = Tensor.formula(formulas.secondMoment(), factor, v, gradient);
        double decay = group.weightDecay().orElse(parameter.shape().rank() >= 2 ? weightDecay : 0);
        Tensor w1 = Tensor.formula(
                formulas.weights().computeIfAbsent(decay, this::weight),
                factor,
                weight,
                rate,
                m1,
                scalar(CORRECTION_1),
                v1,
                scalar(CORRECTION_2));
        Tensor cleared = Tensor.constant(0, parameter.shape().dims().toArray(Dim[]::new));
        return List.of(
                Tensor.apply(new WriteState(firstMoment(name)), m1),
                Tensor.apply(new WriteState(secondMoment(name)), v1),
                Tensor.apply(new WriteState(name), w1),
                Tensor.apply(new WriteState(Differentiated.gradientOf(name)), cleared));
    }

    private static Tensor read(String state, Parameter parameter) {
        return Tensor.apply(new ReadState(state, new Type(DType.F32, parameter.shape())))
                .output(0);
    }

    private static Tensor scalar(String name) {
        return Tensor.input(name, new Type(DType.F32, Shape.scalar()));
    }

    private static Site site(String layer) {
        return new Site(layer, Origin.UNKNOWN, Site.Pass.UPDATE);
    }

    private static String layer(String parameter) {
        int dot = parameter.lastIndexOf('.');
        return dot < 0 ? "" : parameter.substring(0, dot);
    }
}
