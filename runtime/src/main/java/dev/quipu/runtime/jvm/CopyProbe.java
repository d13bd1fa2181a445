package dev.quipu.runtime.jvm;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Copies the first half of memory into the second. */
final class CopyProbe extends MemoryProbe {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final MemorySegment source;
    private final MemorySegment target;

    CopyProbe(MemorySegment memory, long bytes, int workers) {
        super(bytes / 2, workers);
        source = memory.asSlice(0, bytes / 2);
        target = memory.asSlice(bytes / 2, bytes / 2);
    }

    /** Read and written. */
    @Override
    double amountOfStep() {
        return 2.0 * STRIDE;
    }

    @Override
    void walk(int part, long from, long to) {
        copy(source, target, from, to);
    }

    private static void copy(MemorySegment source, MemorySegment target, long from, long to) {
        for (long at = from; at < to; at += STRIDE) {
            FloatVector.fromMemorySegment(SPECIES, source, at, ORDER).intoMemorySegment(target, at, ORDER);
            FloatVector.fromMemorySegment(SPECIES, source, at + VECTOR, ORDER)
                    .intoMemorySegment(target, at + VECTOR, ORDER);
            FloatVector.fromMemorySegment(SPECIES, source, at + 2L * VECTOR, ORDER)
                    .intoMemorySegment(target, at + 2L * VECTOR, ORDER);
            FloatVector.fromMemorySegment(SPECIES, source, at + 3L * VECTOR, ORDER)
                    .intoMemorySegment(target, at + 3L * VECTOR, ORDER);
        }
    }
}
