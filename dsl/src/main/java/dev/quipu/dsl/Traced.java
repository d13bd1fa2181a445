package dev.quipu.dsl;

import java.util.List;
import java.util.Map;

/**
 * A model's forward graph: what {@code forward} did, once, on symbolic tensors.
 *
 * @param graph its result is {@link #LOGITS} or {@link #LOSS}
 * @param parameters all parameters of the model by name, read or not
 */
public record Traced(Graph graph, Map<String, Parameter> parameters) {
    /** Input: token ids i32[batch, sequence]. */
    public static final String TOKENS = "tokens";

    /** Input: the id that follows each token, i32[batch, sequence]; negative where there is nothing to learn. */
    public static final String TARGETS = "targets";

    /** Input: f32[1], the factor on the summed losses: one over the number of targets in the whole batch. */
    public static final String SCALE = "scale";

    /**
     * Input, where rows hold several documents that must not see each other: the place in the row at which each token's
     * document begins, i32[batch, sequence].
     */
    public static final String STARTS = "starts";

    /** Result: f32[batch, sequence, vocabulary]. */
    public static final String LOGITS = "logits";

    /** Result: f32[1], the scaled sum of the losses in nats. */
    public static final String LOSS = "loss";

    /** The graph from tokens to logits. */
    public static Traced logits(Model model, int batch, int sequence) {
        return Trace.run(
                model,
                () -> new Traced(
                        Graph.of(name(model), Map.of(LOGITS, forward(model, batch, sequence)), List.of()),
                        Trace.parameters()));
    }

    /** The graph from tokens and targets to the loss. */
    public static Traced loss(Model model, int batch, int sequence) {
        return Trace.run(model, () -> {
            Tensor logits = forward(model, batch, sequence);
            Tensor targets = Tensor.input(TARGETS, Type.i32(Dim.batch(batch), Dim.sequence(sequence)));
            Tensor scale = Tensor.input(SCALE, new Type(DType.F32, Shape.scalar()));
            Tensor loss = logits.crossEntropy(targets).sumAll().times(scale);
            return new Traced(Graph.of(name(model), Map.of(LOSS, loss), List.of()), Trace.parameters());
        });
    }

    private static Tensor forward(Model model, int batch, int sequence) {
        if (sequence > model.contextLength()) {
            throw QuipuException.of(
                    "a sequence of at most " + model.contextLength() + " tokens, the model's context",
                    Integer.toString(sequence),
                    "--seq",
                    "shorten the sequence or declare a longer context");
        }
        Type ids = Type.i32(Dim.batch(batch), Dim.sequence(sequence));
        Tensor logits = model.apply(Tensor.input(TOKENS, ids));
        Shape shape = logits.shape();
        if (shape.rank() != 3
                || shape.size(0) != batch
                || shape.size(1) != sequence
                || shape.last().size() != model.vocabularySize()) {
            throw QuipuException.of(
                    "logits [batch=" + batch + ", sequence=" + sequence + ", vocabulary=" + model.vocabularySize()
                            + "]",
                    shape.toString(),
                    model.getClass().getSimpleName() + ".forward",
                    "return the output projection's logits");
        }
        return logits;
    }

    private static String name(Model model) {
        return model.getClass().getSimpleName();
    }
}
