package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.KernelContext;

/** A work-item's context. */
final class ItemContext extends KernelContext {
    private final WorkGroup workGroup;
    private int allocations;
    private Coroutine coroutine;

    ItemContext(WorkGroup workGroup, int item, int groups, int items) {
        this.workGroup = workGroup;
        localIdx = item;
        localGroupSizeX = items;
        globalGroupSizeX = groups * items;
    }

    /**
     * Begins a work-group.
     *
     * @param itsCoroutine null if it runs through to its end
     */
    void begin(int group, Coroutine itsCoroutine) {
        groupIdx = group;
        globalIdx = group * localGroupSizeX + localIdx;
        allocations = 0;
        coroutine = itsCoroutine;
    }

    Coroutine coroutine() {
        return coroutine;
    }

    WorkGroup workGroup() {
        return workGroup;
    }

    /** The number of the work-item's next array in local memory: all work-items ask for the same ones in the same order. */
    int nextAllocation() {
        return allocations++;
    }
}
