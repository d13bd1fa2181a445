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

    /** By hand, as in {@link Type}: equal nodes are looked for by what they are. */
    @Override
    public boolean equals(Object object) {
        return object instanceof ReadState other && state.equals(other.state) && type.equals(other.type);
    }

    @Override
    public int hashCode() {
        return state.hashCode();
    }
}
