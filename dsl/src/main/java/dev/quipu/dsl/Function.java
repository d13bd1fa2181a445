package dev.quipu.dsl;

import java.util.List;
import java.util.Optional;

/**
 * A named subgraph. Its graph's inputs are called {@code 0, 1, ...} and so are its results.
 *
 * @param parameterTypes types of the arguments, in order
 * @param body the graph; it reads nothing but its arguments
 * @param backward takes the arguments, the results, and a gradient for each result; gives a gradient for each argument that
 *     is a number
 */
public record Function(String name, List<Type> parameterTypes, Graph body, Optional<Function> backward) {
    public Function {
        parameterTypes = List.copyOf(parameterTypes);
    }

    public List<Type> resultTypes() {
        return body.results().values().stream().map(Tensor::type).toList();
    }
}
