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
        /** A forward tensor that a backward node needs. */
        SAVED,
        /** From one instance of a repeated block to the next. */
        NEXT
    }
}
