package dev.quipu.runtime.data;

/** What batches are made of: rows of tokens, and for each token the one that follows it. */
public sealed interface Rows permits TextWindows, PackedDocuments {
    /** Tokens of a row. */
    int sequence();

    /** How many rows an epoch has; at least one. */
    long count();

    /** A row by its number in an epoch that a seed shapes. What stands for a row is the implementation's own. */
    long inEpoch(long index, long epochSeed);

    /** One of a number of rows that are spread evenly over all, the same in every epoch. */
    long spread(long index, long of);

    /** How many targets a row has. */
    long targets(long row);

    /** Writes a row into the {@code place}-th of a batch. Allocates nothing. */
    void fill(long row, BatchBuffers into, int place);
}
