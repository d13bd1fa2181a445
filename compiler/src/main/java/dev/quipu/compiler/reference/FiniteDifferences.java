package dev.quipu.compiler.reference;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Derivatives of a graph's scalar result along directions, from values alone: five-point central differences in double
 * precision, whose error is of fourth order in the step.
 *
 * @param graph what to differentiate; its effects on state are discarded
 * @param result name of a result of one element
 * @param inputs the point: values of the graph's inputs by name
 * @param state the point: values of the graph's state by name
 */
public record FiniteDifferences(Graph graph, String result, Map<String, Array> inputs, Map<String, Array> state) {
    public FiniteDifferences {
        inputs = Map.copyOf(inputs);
        state = Map.copyOf(state);
        if (!graph.results().containsKey(result)) {
            throw QuipuException.of(
                    "one of the results " + graph.results().keySet(), result, "graph " + graph.name(), "");
        }
    }

    /**
     * A random direction for inputs or states of type f32, by name. Each tensor's steps are of the size of its elements, their
     * root mean square, so that one step width fits tensors of any scale.
     */
    public Map<String, Array> direction(Set<String> names, long seed) {
        Random random = new Random(seed);
        Map<String, Array> direction = new LinkedHashMap<>();
        for (String name : names) {
            Array point = point(name);
            double size = point.norm() == 0 ? 1 : point.norm() / Math.sqrt(point.size());
            direction.put(name, Array.of(point.type(), i -> size * random.nextGaussian()));
        }
        return direction;
    }

    /** The derivative of the result at the point along a direction; {@code step} is a fraction of the direction. */
    public double along(Map<String, Array> direction, double step) {
        double near = value(direction, step) - value(direction, -step);
        double far = value(direction, 2 * step) - value(direction, -2 * step);
        return (8 * near - far) / (12 * step);
    }

    /** The same derivative from gradients: the sum of their products with the direction. */
    public static double along(Map<String, Array> direction, Map<String, Array> gradients) {
        double sum = 0;
        for (Map.Entry<String, Array> entry : direction.entrySet()) {
            Array gradient = gradients.get(entry.getKey());
            for (int i = 0; i < gradient.size(); i++) {
                sum += gradient.get(i) * entry.getValue().get(i);
            }
        }
        return sum;
    }

    private double value(Map<String, Array> direction, double step) {
        Map<String, Array> movedInputs = new HashMap<>(inputs);
        Map<String, Array> movedState = new HashMap<>(state);
        direction.forEach((name, along) -> {
            Array point = point(name);
            Array moved = Array.of(point.type(), i -> point.get(i) + step * along.get(i));
            (inputs.containsKey(name) ? movedInputs : movedState).put(name, moved);
        });
        Array value = new Reference(movedState).run(graph, movedInputs).get(result);
        if (value.size() != 1) {
            throw QuipuException.of("one number", value.type().toString(), "result " + result, "");
        }
        return value.get(0);
    }

    private Array point(String name) {
        Array point = inputs.containsKey(name) ? inputs.get(name) : state.get(name);
        if (point == null || point.type().dtype() != DType.F32) {
            throw QuipuException.of(
                    "an input or a state of type f32",
                    point == null ? "nothing" : point.type().toString(),
                    "direction " + name,
                    "");
        }
        return point;
    }
}
