package dev.quipu.samples;

import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.RmsNorm;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model of one's own in one file. Copy it anywhere, change it, and run it without a build:
 *
 * <pre>
 * ./quipu train MyVariant.java
 * ./quipu graph MyVariant.java --out my-variant.svg
 * </pre>
 *
 * <p>Quipu takes the file's public record and its constructor without arguments. This one differs from {@link Llama} in three
 * places: its blocks run attention and feed-forward side by side, its feed-forward has another activation, and its logits are
 * bounded by an op with a backward rule of its own.
 */
public record MyVariant(Embedding embedding, List<Block> layers, RmsNorm norm, Linear output) implements Model {
    /** Bytes are 256 tokens, and two marks; the rest is room to a round number. */
    private static final LlamaConfig CONFIG = LlamaConfig.of(128, 4, 4, 352, 264, 256);

    /**
     * Keeps logits within 30 (Gemma Team 2024, section 2): {@code y = 30 tanh(x / 30)}. The derivative of tanh is
     * {@code 1 - tanh^2}, so the backward rule needs only the output.
     */
    private static final Custom SOFT_CAP = Custom.of(
            "soft_cap",
            inputs -> Tensor.formula("30 * tanh(x / 30)", inputs.getFirst()),
            (inputs, output, gradient) -> List.of(Tensor.formula("gradient * (1 - y * y / 900)", gradient, output)));

    public MyVariant() {
        this(
                Embedding.of(CONFIG.vocabularyDim(), CONFIG.channelDim(), CONFIG.deviation()),
                Stream.generate(Block::new).limit(CONFIG.layers()).toList(),
                CONFIG.norm(),
                Linear.of(CONFIG.channelDim(), CONFIG.vocabularyDim(), CONFIG.deviation()));
    }

    @Override
    public Tensor forward(Tensor tokens) {
        Tensor stream = embedding.apply(tokens);
        for (Block layer : layers) {
            stream = layer.apply(stream);
        }
        return SOFT_CAP.apply(output.apply(norm.apply(stream)));
    }

    @Override
    public int vocabularySize() {
        return CONFIG.vocabulary();
    }

    @Override
    public int contextLength() {
        return CONFIG.context();
    }

    /** Attention and feed-forward read one normalised stream and add to it together (Chowdhery et al. 2022, section 2). */
    public record Block(RmsNorm norm, Layer attention, Layer feedForward) implements Layer {
        Block() {
            this(CONFIG.norm(), Llama.Attention.of(CONFIG), new FeedForward());
        }

        @Override
        public Tensor forward(Tensor stream) {
            Tensor normalised = norm.apply(stream);
            return stream.plus(attention.apply(normalised)).plus(feedForward.apply(normalised));
        }
    }

    /** Gated by a squared ReLU (So et al. 2021, section 4) instead of by SiLU: one formula, and its derivative comes along. */
    public record FeedForward(Layer gate, Layer up, Layer down) implements Layer {
        FeedForward() {
            this(
                    Linear.of(CONFIG.channelDim(), CONFIG.hiddenDim(), CONFIG.deviation()),
                    Linear.of(CONFIG.channelDim(), CONFIG.hiddenDim(), CONFIG.deviation()),
                    Linear.of(CONFIG.hiddenDim(), CONFIG.channelDim(), CONFIG.residualDeviation()));
        }

        @Override
        public Tensor forward(Tensor x) {
            return down.apply(Tensor.formula("max(gate, 0) * max(gate, 0) * up", gate.apply(x), up.apply(x)));
        }
    }
}
