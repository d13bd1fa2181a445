package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** What the shape rules of the attention ops share. */
final class AttentionShapes {
    private AttentionShapes() {}

    static void check(Type query, Type key, Type value, int window) {
        Expect.f32OrBf16(List.of(query, key, value));
        Expect.that(query.shape().rank() == 4, "queries [batch, sequence, heads, head size]", query);
        Expect.that(key.shape().rank() == 4, "keys [batch, sequence, heads, head size]", key);
        Expect.like(key, value, "values like the keys,");
        Expect.that(
                key.shape().size(0) == query.shape().size(0)
                        && key.shape().size(3) == query.shape().size(3),
                () -> "keys of the queries' batch and head size, " + query.shape(),
                key::toString);
        Expect.that(
                query.shape().size(2) % key.shape().size(2) == 0,
                () -> "a number of key heads that divides the " + query.shape().size(2) + " query heads",
                () -> Integer.toString(key.shape().size(2)));
        Expect.that(window >= 0, "a window of 0 (none) or more", window);
    }

    /** One integer per batch and query. */
    static void checkStarts(Type query, Type starts) {
        Expect.i32(starts);
        Expect.that(
                starts.shape().sameSizes(query.shape().sub(0, 2)),
                () -> "a start for each query, " + query.shape().sub(0, 2),
                starts::toString);
    }

    /** What attention gives, and gradients: f32, whatever is read. */
    static Type f32(Type like) {
        return new Type(DType.F32, like.shape());
    }

    /** One number per batch, head and query. */
    static Type statistic(Type query) {
        Shape shape = query.shape();
        return new Type(DType.F32, Shape.of(shape.dim(0), shape.dim(2), shape.dim(1)));
    }
}
