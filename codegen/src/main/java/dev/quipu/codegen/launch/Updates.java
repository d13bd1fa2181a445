package dev.quipu.codegen.launch;

import java.util.List;

/**
 * Updates in place: a buffer that steps both load and store is accessed at the same place by both, so that no other row or
 * column sees the change. Within a place loads come before stores.
 */
final class Updates {
    private Updates() {}

    /**
     * Checks steps.
     *
     * @param readElsewhere buffers that no step may store
     */
    static void check(List<Step> steps, int... readElsewhere) {
        for (Step step : steps) {
            if (step instanceof Step.Store store) {
                for (int buffer : readElsewhere) {
                    if (store.access().buffer() == buffer) {
                        throw new AssertionError(store + " overwrites what other places read");
                    }
                }
                steps.forEach(other -> check(store, other));
            }
        }
    }

    private static void check(Step.Store store, Step other) {
        if (other instanceof Step.Load load
                && load.access().buffer() == store.access().buffer()
                && !load.access().equals(store.access())) {
            throw new AssertionError(load + " and " + store + " meet in one buffer");
        }
    }
}
