package dev.quipu.models;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.RmsNorm;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * LLaMA (Touvron et al. 2023, section 2.2): a transformer decoder that normalises the input of each sub-layer with RMSNorm,
 * gates its feed-forward with SwiGLU, and rotates queries and keys by their positions. Llama 2 and 3 share keys and values
 * among heads; Mistral bounds what a query sees by {@link LlamaConfig#window}. A relative swaps a component: {@link Qwen2}
 * and {@link Qwen3} give {@link #of(LlamaConfig, Function)} another attention.
 *
 * @param embedding weight [vocabulary, channel]
 * @param output gives the logits of the next token; its weight is the embedding's when the two are tied
 */
public record Llama(LlamaConfig config, Embedding embedding, List<Block> layers, RmsNorm norm, Layer output)
        implements Model {
    public Llama {
        layers = List.copyOf(layers);
    }

    public static Llama of(LlamaConfig config) {
        return of(config, Attention::of);
    }

    /** With another attention, [batch, sequence, channel] to the same; the function is called once for each layer. */
    public static Llama of(LlamaConfig config, Function<LlamaConfig, Layer> attention) {
        Embedding embedding = Embedding.of(config.vocabularyDim(), config.channelDim(), config.deviation());
        Linear output = config.tied()
                ? new Linear(embedding.weight(), null)
                : Linear.of(config.channelDim(), config.vocabularyDim(), config.deviation());
        List<Block> layers = Stream.generate(() -> Block.of(config, attention.apply(config)))
                .limit(config.layers())
                .toList();
        return new Llama(config, embedding, layers, config.norm(), output);
    }

    /** Ids [batch, sequence] to logits [batch, sequence, vocabulary]. */
    @Override
    public Tensor forward(Tensor tokens) {
        Tensor stream = embedding.apply(tokens);
        for (Block layer : layers) {
            stream = layer.apply(stream);
        }
        return output.apply(norm.apply(stream));
    }

    @Override
    public int vocabularySize() {
        return config.vocabulary();
    }

    @Override
    public int contextLength() {
        return config.context();
    }

    /** Attention, then feed-forward; each reads a normalised stream [batch, sequence, channel] and adds to it. */
    public record Block(RmsNorm attentionNorm, Layer attention, RmsNorm feedForwardNorm, Layer feedForward)
            implements Layer {
        public static Block of(LlamaConfig config, Layer attention) {
            return new Block(config.norm(), attention, config.norm(), FeedForward.of(config));
        }

        @Override
        public Tensor forward(Tensor stream) {
            Tensor attended = stream.plus(attention.apply(attentionNorm.apply(stream)));
            return attended.plus(feedForward.apply(feedForwardNorm.apply(attended)));
        }
    }

    /**
     * Causal attention over rotated keys (Su et al. 2021), whose heads groups of query heads share (Ainslie et al. 2023).
     *
     * @param wq weight [head*head_size, channel]
     * @param wk weight [key_head*head_size, channel], and so {@code wv}
     * @param wo weight [channel, head*head_size]
     */
    public record Attention(LlamaConfig config, Layer wq, Layer wk, Layer wv, Layer wo) implements Layer {
        public static Attention of(LlamaConfig config) {
            Dim channel = config.channelDim();
            return new Attention(
                    config,
                    Linear.of(channel, config.queryDim(), config.deviation()),
                    Linear.of(channel, config.keyValueDim(), config.deviation()),
                    Linear.of(channel, config.keyValueDim(), config.deviation()),
                    Linear.of(config.queryDim(), channel, config.residualDeviation()));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor queries = wq.apply(x).splitLast(config.headDim(), config.headSizeDim());
            Tensor keys = wk.apply(x).splitLast(config.keyValueHeadDim(), config.headSizeDim());
            Tensor values = wv.apply(x).splitLast(config.keyValueHeadDim(), config.headSizeDim());
            Tensor attended = rotate(queries).attention(rotate(keys), values, config.window());
            return wo.apply(attended.mergeLast(config.queryDim().name()));
        }

        private Tensor rotate(Tensor heads) {
            return heads.rope(config.ropeTheta(), config.context(), config.ropeScaling());
        }
    }

    /**
     * SwiGLU (Shazeer 2020): {@code down(silu(gate(x)) * up(x))}.
     *
     * @param gate weight [hidden, channel], and so {@code up}
     * @param down weight [channel, hidden]
     */
    public record FeedForward(Layer gate, Layer up, Layer down) implements Layer {
        public static FeedForward of(LlamaConfig config) {
            Dim channel = config.channelDim();
            return new FeedForward(
                    Linear.of(channel, config.hiddenDim(), config.deviation()),
                    Linear.of(channel, config.hiddenDim(), config.deviation()),
                    Linear.of(config.hiddenDim(), channel, config.residualDeviation()));
        }

        @Override
        public Tensor forward(Tensor x) {
            return down.apply(Tensor.formula("silu(gate) * up", gate.apply(x), up.apply(x)));
        }
    }
}
