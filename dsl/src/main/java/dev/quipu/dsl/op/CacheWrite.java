package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Writes a chunk into a cache in place. Inputs the cache f32[B, S, G, D] as read from state, rows f32[B, T, G, D], and
 * positions i32[B]; output the same cache, in which element b of the batch has its rows at [position[b], position[b] + T). Rows
 * past the end of the cache are dropped.
 *
 * @param state name of the cache's state
 */
public record CacheWrite(String state) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 3, 3);
        Type cache = inputs.get(0);
        Type rows = inputs.get(1);
        Expect.f32(cache);
        Expect.f32(rows);
        Expect.that(cache.shape().rank() == 4, "a cache [batch, positions, heads, head size]", cache);
        Expect.that(rows.shape().rank() == 4, "rows [batch, sequence, heads, head size]", rows);
        Expect.like(cache.withShape(cache.shape().with(1, rows.shape().dim(1))), rows, "rows");
        Expect.positions(inputs.get(2), cache);
        return List.of(cache);
    }
}
