package dev.quipu.models;

import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.layer.RmsNorm;

/** Qwen3 (Yang et al. 2025): LLaMA whose queries and keys are normalised, head by head, before they are rotated. */
public final class Qwen3 {
    private Qwen3() {}

    public static Llama of(LlamaConfig config) {
        return Llama.of(config, Attention::of);
    }

    /**
     * {@link Llama.Attention} with two norms, which bound the scores whatever the weights' size (Henry et al. 2020).
     *
     * @param queryNorm weight [head_size], one for all heads
     * @param keyNorm weight [head_size], one for all heads
     */
    public record Attention(
            LlamaConfig config, Layer wq, Layer wk, Layer wv, Layer wo, RmsNorm queryNorm, RmsNorm keyNorm)
            implements Layer {
        public static Attention of(LlamaConfig config) {
            Llama.Attention plain = Llama.Attention.of(config);
            float epsilon = (float) config.normEpsilon();
            return new Attention(
                    config,
                    plain.wq(),
                    plain.wk(),
                    plain.wv(),
                    plain.wo(),
                    RmsNorm.of(config.headSizeDim(), epsilon),
                    RmsNorm.of(config.headSizeDim(), epsilon));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor queries = queryNorm.apply(wq.apply(x).splitLast(config.headDim(), config.headSizeDim()));
            Tensor keys = keyNorm.apply(wk.apply(x).splitLast(config.keyValueHeadDim(), config.headSizeDim()));
            Tensor values = wv.apply(x).splitLast(config.keyValueHeadDim(), config.headSizeDim());
            Tensor attended = rotate(queries).attention(rotate(keys), values, config.window());
            return wo.apply(attended.mergeLast(config.queryDim().name()));
        }

        private Tensor rotate(Tensor heads) {
            return heads.rope(config.ropeTheta(), config.context(), config.ropeScaling());
        }
    }
}
