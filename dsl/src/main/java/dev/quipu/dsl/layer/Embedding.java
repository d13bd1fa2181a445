package dev.quipu.dsl.layer;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Tensor;

/**
 * A row of the table for every id: i32[...] to f32[..., channels].
 *
 * @param weight [vocabulary, channels]
 */
public record Embedding(Parameter weight) implements Layer {
    public static Embedding of(Dim vocabulary, Dim channels, double deviation) {
        return new Embedding(Parameter.normal(deviation, vocabulary, channels));
    }

    @Override
    public Tensor forward(Tensor ids) {
        return weight.tensor().lookup(ids);
    }
}
