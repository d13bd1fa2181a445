package dev.quipu.dsl.op;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Type;

/** What the shape rules of the norms share. */
final class Normalised {
    private Normalised() {}

    static void check(Type x, Type weight, String role) {
        Expect.f32(x);
        Expect.f32(weight);
        Expect.rank(x, 1, "an input of at least one dimension");
        Expect.that(
                weight.shape().rank() == 1
                        && weight.shape().last().size() == x.shape().last().size(),
                () -> "a " + role + " of one dimension " + x.shape().last(),
                weight::toString);
    }

    /** One number a row: the last dimension shrinks to 1. */
    static Type statistic(Type x) {
        return x.withShape(x.shape().with(-1, new Dim("one", 1)));
    }
}
