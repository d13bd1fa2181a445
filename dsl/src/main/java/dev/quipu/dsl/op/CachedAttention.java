package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Attention of a chunk of queries over a cache of keys and values. Inputs q f32[B, T, H, D], keys and values f32[B, S, G, D]
 * with the chunk's own already written, and positions i32[B], the place p of each sequence's first query: query t sees keys 0 to
 * p + t of its own sequence, within the window. Output f32[B, T, H, D]. Attributes as in {@link Attention}.
 */
public record CachedAttention(int window, float scale) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 4, 4);
        Expect.f32(inputs.get(0));
        AttentionShapes.check(inputs.get(0), inputs.get(1), inputs.get(2), window);
        Expect.positions(inputs.get(3), inputs.get(0));
        return List.of(inputs.get(0));
    }
}
