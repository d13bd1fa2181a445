package dev.quipu.compiler.program;

/** What a token sees of the documents that stand before its own in a row. */
public enum Documents {
    /** All of them, as far as attention reaches: a row is a piece of one long text. */
    JOINED,

    /** Nothing: a row holds several documents, each as if it were alone; see {@link SeparateDocuments}. */
    SEPARATE
}
