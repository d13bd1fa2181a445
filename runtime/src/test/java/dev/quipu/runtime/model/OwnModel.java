package dev.quipu.runtime.model;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;

/** A model on the class path that no format knows. */
public record OwnModel(Embedding embedding, Linear output) implements Model {
    private static final Dim VOCABULARY = new Dim("vocabulary", 258);
    private static final Dim CHANNEL = new Dim("channel", 4);

    public OwnModel() {
        this(Embedding.of(VOCABULARY, CHANNEL, 0.02), Linear.of(CHANNEL, VOCABULARY, 0.02));
    }

    @Override
    public Tensor forward(Tensor tokens) {
        return output.apply(embedding.apply(tokens));
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY.size();
    }

    @Override
    public int contextLength() {
        return 16;
    }
}
