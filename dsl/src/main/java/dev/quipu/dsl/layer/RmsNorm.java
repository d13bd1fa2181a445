package dev.quipu.dsl.layer;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Tensor;

/**
 * Root mean square normalisation over the last axis; see {@link dev.quipu.dsl.op.RmsNorm}.
 *
 * @param weight [channels]
 */
public record RmsNorm(Parameter weight, float epsilon) implements Layer {
    public static RmsNorm of(Dim channels, float epsilon) {
        return new RmsNorm(Parameter.ones(channels), epsilon);
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.rmsNorm(weight.tensor(), epsilon);
    }
}
