package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;

/**
 * How far a training run has come in its data: all that is needed to go on exactly there.
 *
 * @param epoch complete passes over the text
 * @param index windows of the current pass that were taken
 */
public record StreamPosition(long epoch, long index) {
    /** Where a run begins. */
    public static final StreamPosition START = new StreamPosition(0, 0);

    public StreamPosition {
        if (epoch < 0 || index < 0) {
            throw QuipuException.of(
                    "an epoch and an index of 0 or more", epoch + " and " + index, "position in the data", "");
        }
    }
}
