package dev.quipu.dsl;

import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
        List<String> numbers = IntStream.range(0, body.results().size())
                .mapToObj(Integer::toString)
                .toList();
        require(name, List.copyOf(body.results().keySet()).equals(numbers), "results " + numbers, body.results());
        for (Node node : body.nodes()) {
            checkSource(name, parameterTypes, node);
        }
        if (backward.isPresent()) {
            List<Type> wanted = new ArrayList<>(parameterTypes);
            body.results().values().forEach(result -> wanted.add(result.type()));
            body.results().values().forEach(result -> wanted.add(result.type()));
            List<Type> found = backward.get().parameterTypes();
            require(name, found.equals(wanted), "a backward over " + wanted, found);
        }
    }

    private static void checkSource(String name, List<Type> parameterTypes, Node node) {
        switch (node.op()) {
            case Input(String number, Type type) -> {
                int index = number.matches("[0-9]{1,4}") ? Integer.parseInt(number) : Integer.MAX_VALUE;
                require(name, index < parameterTypes.size(), "inputs 0 to " + (parameterTypes.size() - 1), number);
                Type wanted = parameterTypes.get(index);
                require(name, type.equals(wanted), "input " + number + " of type " + wanted, type);
            }
            case ReadState read -> require(name, false, "no state but the arguments", read.state());
            default -> {}
        }
    }

    private static void require(String name, boolean holds, String expected, Object found) {
        if (!holds) {
            throw QuipuException.of(expected, found.toString(), "function " + name, "");
        }
    }

    public List<Type> resultTypes() {
        return body.results().values().stream().map(Tensor::type).toList();
    }
}
