package dev.quipu.compiler.checkpoint;

import java.util.List;

/**
 * What becomes of the tensors that the backward pass needs.
 *
 * @param kept in the order in which they are made
 * @param rebuilds what runs again, in the order of the forward pass
 */
public record Outcome(List<Choice> kept, List<Rebuild> rebuilds) {
    public Outcome {
        kept = List.copyOf(kept);
        rebuilds = List.copyOf(rebuilds);
    }

    /** Bytes kept between the passes. */
    public long bytes() {
        return kept.stream().mapToLong(Choice::bytes).sum();
    }

    /** Predicted time of rebuilding. */
    public double seconds() {
        return rebuilds.stream().mapToDouble(Rebuild::seconds).sum();
    }
}
