package dev.quipu.codegen.tornado;

/** Where named state lies on a device. */
@FunctionalInterface
public interface StateLayout {
    /** The place of a state that a program touches. */
    Part of(String state);

    /**
     * A stretch of an array.
     *
     * @param array name of the array; states of repeated layers share one, at equal strides
     * @param arrayElements length of the array
     * @param offset number of the state's first element
     */
    record Part(String array, long arrayElements, long offset) {}
}
