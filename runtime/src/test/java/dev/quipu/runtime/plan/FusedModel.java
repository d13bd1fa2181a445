package dev.quipu.runtime.plan;

import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.LayerNorm;
import dev.quipu.dsl.layer.Linear;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the families leave out: one product for queries, keys and values, cut into slices; layer norms; biases; a rule of its own
 * for backward; attention and feed-forward of one norm; and a stream that the last block reads past the others.
 */
record FusedModel(Embedding embedding, List<Block> layers, LayerNorm norm, Linear output) implements Model {
    private static final Dim VOCABULARY = new Dim("vocabulary", 37);
    private static final Dim CHANNEL = new Dim("channel", 40);
    private static final Dim HEAD = new Dim("head", 2);
    private static final Dim HEAD_SIZE = new Dim("head_size", 20);
    private static final double DEVIATION = 0.2;

    /** Saves its output, and computes the derivative from that. */
    private static final Custom SQUASH = Custom.of(
            "squash",
            in -> Tensor.formula("3 * tanh(x / 3)", in.getFirst()),
            (in, y, g) -> List.of(Tensor.formula("g * (1 - y * y / 9)", g, y)));

    FusedModel() {
        this(
                Embedding.of(VOCABULARY, CHANNEL, 1),
                Stream.generate(Block::new).limit(3).toList(),
                LayerNorm.of(CHANNEL, 1e-5f),
                Linear.of(CHANNEL, VOCABULARY, DEVIATION));
    }

    @Override
    public Tensor forward(Tensor tokens) {
        Tensor first = embedding.apply(tokens);
        Tensor stream = first;
        for (Block layer : layers) {
            stream = layer.apply(stream);
        }
        return SQUASH.apply(output.apply(norm.apply(stream.plus(first.silu()))));
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY.size();
    }

    @Override
    public int contextLength() {
        return 32;
    }

    record Block(LayerNorm norm, Linear fused, Linear wide, Linear narrow) implements Layer {
        Block() {
            this(
                    LayerNorm.of(CHANNEL, 1e-5f),
                    Linear.withBias(CHANNEL, new Dim("fused", 3 * CHANNEL.size()), DEVIATION),
                    Linear.withBias(CHANNEL, new Dim("wide", 2 * CHANNEL.size()), DEVIATION),
                    Linear.of(new Dim("wide", 2 * CHANNEL.size()), CHANNEL, DEVIATION));
        }

        @Override
        public Tensor forward(Tensor stream) {
            Tensor x = norm.apply(stream);
            Tensor heads = fused.apply(x);
            Tensor attended = part(heads, 0).attention(part(heads, 1), part(heads, 2), 5);
            Tensor deep = narrow.apply(SQUASH.apply(wide.apply(x)));
            return stream.plus(attended.mergeLast(CHANNEL.name())).plus(deep);
        }

        private static Tensor part(Tensor heads, int number) {
            return heads.slice(-1, number * CHANNEL.size(), CHANNEL.size()).splitLast(HEAD, HEAD_SIZE);
        }
    }
}
