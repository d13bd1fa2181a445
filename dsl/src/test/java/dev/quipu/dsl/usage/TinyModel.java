package dev.quipu.dsl.usage;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.RmsNorm;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A model as a user would write it. */
record TinyModel(Embedding embedding, List<Block> layers, RmsNorm norm, Linear output, int contextLength)
        implements Model {
    static final Dim CHANNELS = new Dim("channel", 8);
    static final Dim VOCABULARY = new Dim("vocabulary", 11);

    /** A residual layer with a piece that tests choose. */
    record Block(RmsNorm norm, Linear projection, UnaryOperator<Tensor> activation) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.plus(activation.apply(projection.apply(norm.apply(x))));
        }
    }

    static TinyModel of(int layers, UnaryOperator<Tensor> activation) {
        Linear output = Linear.of(CHANNELS, VOCABULARY, 0.02);
        return of(layers, activation, Parameter.normal(0.02, VOCABULARY, CHANNELS), output);
    }

    /** The embedding's table is the output's weight. */
    static TinyModel tied(int layers) {
        Parameter table = Parameter.normal(0.02, VOCABULARY, CHANNELS);
        return of(layers, Tensor::silu, table, new Linear(table, null));
    }

    private static TinyModel of(int layers, UnaryOperator<Tensor> activation, Parameter table, Linear output) {
        List<Block> blocks = IntStream.range(0, layers)
                .mapToObj(i -> new Block(RmsNorm.of(CHANNELS, 1e-5f), Linear.of(CHANNELS, CHANNELS, 0.02), activation))
                .toList();
        return new TinyModel(new Embedding(table), blocks, RmsNorm.of(CHANNELS, 1e-5f), output, 16);
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY.size();
    }

    @Override
    public Tensor forward(Tensor tokens) {
        Tensor x = embedding.apply(tokens);
        for (Block layer : layers) {
            x = layer.apply(x);
        }
        return output.apply(norm.apply(x));
    }
}
