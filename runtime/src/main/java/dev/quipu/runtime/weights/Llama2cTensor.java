package dev.quipu.runtime.weights;

import java.util.List;

/** The kinds of tensors in llama2.c's files, under Meta's names, with RoPE interleaved as Meta has it. */
enum Llama2cTensor {
    EMBEDDING("tok_embeddings.weight"),
    ATTENTION_NORM("layers.%d.attention_norm.weight"),
    WQ("layers.%d.attention.wq.weight"),
    WK("layers.%d.attention.wk.weight"),
    WV("layers.%d.attention.wv.weight"),
    WO("layers.%d.attention.wo.weight"),
    FEED_FORWARD_NORM("layers.%d.ffn_norm.weight"),
    W1("layers.%d.feed_forward.w1.weight"),
    W2("layers.%d.feed_forward.w2.weight"),
    W3("layers.%d.feed_forward.w3.weight"),
    NORM("norm.weight"),
    OUTPUT("output.weight");

    private final String pattern;

    Llama2cTensor(String pattern) {
        this.pattern = pattern;
    }

    /** The name of the layer's tensor of this kind; tensors outside the layers do not depend on the layer. */
    String name(int layer) {
        return pattern.formatted(layer);
    }

    /** Sizes of the axes, outermost first. */
    List<Long> shape(Llama2cHeader header) {
        long dim = header.dim();
        long keyValues = (long) header.headSize() * header.keyValueHeads();
        return switch (this) {
            case EMBEDDING, OUTPUT -> List.of((long) header.vocabularySize(), dim);
            case ATTENTION_NORM, FEED_FORWARD_NORM, NORM -> List.of(dim);
            case WQ, WO -> List.of(dim, dim);
            case WK, WV -> List.of(keyValues, dim);
            case W1, W3 -> List.of((long) header.hiddenDim(), dim);
            case W2 -> List.of(dim, (long) header.hiddenDim());
        };
    }

    /** How many tensors of this kind a file holds: one per layer, one, or none where the output shares the embedding. */
    int count(Llama2cHeader header) {
        return switch (this) {
            case EMBEDDING, NORM -> 1;
            case OUTPUT -> header.sharedClassifier() ? 0 : 1;
            case ATTENTION_NORM, WQ, WK, WV, WO, FEED_FORWARD_NORM, W1, W2, W3 -> header.layers();
        };
    }

    Encoding encoding(Llama2cHeader header) {
        return switch (this) {
            case ATTENTION_NORM, FEED_FORWARD_NORM, NORM -> ElementType.F32;
            case EMBEDDING, WQ, WK, WV, WO, W1, W2, W3, OUTPUT ->
                header.version() == Llama2cVersion.V2 ? new GroupedInt8(header.groupSize()) : ElementType.F32;
        };
    }
}
