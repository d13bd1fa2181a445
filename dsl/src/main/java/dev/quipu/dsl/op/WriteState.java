package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** Replaces a named buffer by its input, after every read of it in the same run. No output. */
public record WriteState(String state) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        return List.of();
    }
}
