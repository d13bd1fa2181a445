package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** A tensor whose elements all have one value; {@code type} is f32. */
public record Constant(float value, Type type) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 0, 0);
        Expect.f32(type);
        return List.of(type);
    }

    /** By hand, as in {@link Type}: equal nodes are looked for by what they are. */
    @Override
    public boolean equals(Object object) {
        return object instanceof Constant other && Float.compare(value, other.value) == 0 && type.equals(other.type);
    }

    @Override
    public int hashCode() {
        return 31 * Float.hashCode(value) + type.hashCode();
    }
}
