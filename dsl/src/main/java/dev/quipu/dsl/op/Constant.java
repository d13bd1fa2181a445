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
}
