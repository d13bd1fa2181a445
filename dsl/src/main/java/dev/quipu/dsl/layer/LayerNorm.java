package dev.quipu.dsl.layer;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Tensor;

/**
 * Layer normalisation over the last axis; see {@link dev.quipu.dsl.op.LayerNorm}.
 *
 * @param weight [channels]
 * @param bias [channels]
 */
public record LayerNorm(Parameter weight, Parameter bias, float epsilon) implements Layer {
    public static LayerNorm of(Dim channels, float epsilon) {
        return new LayerNorm(Parameter.ones(channels), Parameter.zeros(channels), epsilon);
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.layerNorm(weight.tensor(), bias.tensor(), epsilon);
    }
}
