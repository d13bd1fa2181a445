package dev.quipu.runtime.jvm;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Reads memory. */
final class ReadProbe extends MemoryProbe {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final MemorySegment memory;
    /** Nobody reads them, and the JIT cannot know. */
    private final float[] results;

    ReadProbe(MemorySegment memory, long bytes, int workers) {
        super(bytes, workers);
        this.memory = memory;
        results = new float[partsOf(workers)];
    }

    @Override
    double amountOfStep() {
        return STRIDE;
    }

    @Override
    void walk(int part, long from, long to) {
        results[part] = sum(memory, from, to);
    }

    private static float sum(MemorySegment memory, long from, long to) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (long at = from; at < to; at += STRIDE) {
            s0 = TYPE.cast(s0).add(FloatVector.fromMemorySegment(SPECIES, memory, at, ORDER));
            s1 = TYPE.cast(s1).add(FloatVector.fromMemorySegment(SPECIES, memory, at + VECTOR, ORDER));
            s2 = TYPE.cast(s2).add(FloatVector.fromMemorySegment(SPECIES, memory, at + 2L * VECTOR, ORDER));
            s3 = TYPE.cast(s3).add(FloatVector.fromMemorySegment(SPECIES, memory, at + 3L * VECTOR, ORDER));
        }
        return s0.add(s1).add(s2.add(s3)).lane(0);
    }
}
