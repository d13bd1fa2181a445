package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** A tensor that the caller provides at each run: tokens, targets, position, learning rate. */
public record Input(String name, Type type) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 0, 0);
        return List.of(type);
    }

    /** By hand, as in {@link Type}: equal nodes are looked for by what they are. */
    @Override
    public boolean equals(Object object) {
        return object instanceof Input other && name.equals(other.name) && type.equals(other.type);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
