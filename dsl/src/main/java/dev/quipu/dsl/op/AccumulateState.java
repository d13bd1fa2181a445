package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** Adds its f32 input to a named buffer. No output. */
public record AccumulateState(String state) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.f32(inputs.getFirst());
        return List.of();
    }
}
