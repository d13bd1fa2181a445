package dev.quipu.compiler.draw;

/**
 * A tensor on its way from one box to another.
 *
 * @param label what to write beside it, possibly nothing
 */
record Arrow(Box from, Box to, Kind kind, String label) {
    /** Why the tensor is read. */
    enum Kind {
        /** Within one pass, or from a forward node into an update. */
        FLOW,
        /** A forward tensor that a backward node needs. */
        SAVED,
        /** From one instance of a repeated block to the next. */
        NEXT
    }
}
