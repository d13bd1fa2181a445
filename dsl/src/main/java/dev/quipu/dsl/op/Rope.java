package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Rotary position embedding, half-split layout: with c and s of the position's row, {@code y[i] = x[i]*c - x[i+h]*s} and
 * {@code y[i+h] = x[i+h]*c + x[i]*s} for i in [0, h), h half the head size. Inputs x f32[batch, T, heads, D], a
 * {@link RopeTable} f32[length, D], and optionally positions i32[batch] of the first rows (0 otherwise); output like x.
 *
 * @param inverse rotates backwards, which is also the gradient
 */
public record Rope(boolean inverse) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 3);
        Type x = inputs.get(0);
        Type table = inputs.get(1);
        Expect.f32(x);
        Expect.f32(table);
        Expect.that(x.shape().rank() == 4, "an input [batch, sequence, heads, head size]", x);
        Expect.that(
                table.shape().rank() == 2
                        && table.shape().last().size() == x.shape().last().size(),
                () -> "a table of angles as wide as a head, " + x.shape().last(),
                table::toString);
        Expect.that(
                table.shape().size(0) >= x.shape().size(1),
                () -> "angles for all " + x.shape().dim(1) + " positions",
                table::toString,
                "the model's context length bounds the sequence");
        if (inputs.size() == 3) {
            Expect.positions(inputs.get(2), x);
        }
        return List.of(x);
    }
}
