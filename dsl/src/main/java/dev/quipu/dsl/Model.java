package dev.quipu.dsl;

/** A language model: {@code forward} takes token ids i32[batch, sequence] and gives logits f32[batch, sequence, vocabulary]. */
public interface Model extends Layer {
    /** Number of token ids that the model knows. */
    int vocabularySize();

    /** The longest sequence. */
    int contextLength();
}
