package dev.quipu.dsl.op;

import dev.quipu.dsl.Function;
import dev.quipu.dsl.Type;
import java.util.List;

/** Applies a user's function; its backward is a function too. The simplifier replaces calls by the functions' bodies. */
public record Call(Function function) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        List<Type> parameters = function.parameterTypes();
        Expect.count(inputs, parameters.size(), parameters.size());
        for (int i = 0; i < inputs.size(); i++) {
            Expect.like(parameters.get(i), inputs.get(i), "argument " + i);
        }
        return function.resultTypes();
    }
}
