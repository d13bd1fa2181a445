package dev.quipu.compiler.checkpoint;

/** What becomes of a tensor that the backward pass needs. */
public enum Decision {
    /** Kept from the forward pass. */
    SAVE,
    /** Rebuilt just before it is used. */
    RECOMPUTE,
    /** Whichever is better: see {@link PlanRequest}. */
    FREE
}
