package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** Reads a named buffer that lives longer than a run: a weight, a moment, a gradient, a cache. */
public record ReadState(String state, Type type) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 0, 0);
        return List.of(type);
    }
}
