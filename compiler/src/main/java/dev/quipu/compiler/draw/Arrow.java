package dev.quipu.compiler.draw;

/**
 * A tensor on its way from one box to another.
 *
 * @param label what to write beside it, possibly nothing
 */
record Arrow(Box from, Box to, Kind kind, String label) {
    /** Why the tensor is read. */
    enum Kind {
        /** Down the page: within the forward pass or an update. */
        FLOW,
        /** Within the backward pass, which runs up the page. */
        GRADIENT,
        /** A forward tensor that is kept for the backward pass, or for what is computed again. */
        SAVED,
        /** A tensor that was computed again, on its way to the backward node that needs it. */
        REBUILT,
        /** From one instance of a repeated block to the next. */
        NEXT
    }
}
