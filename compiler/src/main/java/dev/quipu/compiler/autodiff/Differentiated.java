package dev.quipu.compiler.autodiff;

import dev.quipu.dsl.Graph;
import java.util.List;

/**
 * The joint graph: forward, backward, and the gradients' way into state.
 *
 * @param trained names of the parameters that have a gradient
 */
public record Differentiated(Graph graph, List<String> trained) {
    private static final String GRADIENT = "gradient.";

    public Differentiated {
        trained = List.copyOf(trained);
    }

    /** Name of the state that collects a parameter's gradient. */
    public static String gradientOf(String parameter) {
        return GRADIENT + parameter;
    }
}
