package dev.quipu.runtime.jvm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Fused multiply-adds in registers. Twelve sums cover the four cycles that each waits for the one before it on processors
 * that begin two a cycle, and leave room for the factors where there are sixteen registers.
 */
final class FmaProbe extends Probe {
    private static final VectorSpecies<Float> SPECIES = MemoryProbe.SPECIES;
    private static final int SUMS = 12;
    private static final int STEPS = 1 << 14;
    private static final int FLOPS_OF_FMA = 2;

    /** Nobody reads them, and the JIT cannot know. */
    private final float[] results;

    FmaProbe(int workers) {
        super(workers, STEPS);
        results = new float[partsOf(workers)];
    }

    @Override
    double amountOfStep() {
        return (double) SUMS * SPECIES.length() * FLOPS_OF_FMA;
    }

    @Override
    void work(int part, int steps, int worker) {
        results[part] = sum(steps, results[part]);
    }

    private static float sum(int steps, float from) {
        FloatVector a = FloatVector.broadcast(SPECIES, 1e-9f);
        FloatVector b = FloatVector.broadcast(SPECIES, 0.5f);
        // other values for each, so that no two are the same computation
        FloatVector s0 = FloatVector.broadcast(SPECIES, from);
        FloatVector s1 = s0.add(1);
        FloatVector s2 = s0.add(2);
        FloatVector s3 = s0.add(3);
        FloatVector s4 = s0.add(4);
        FloatVector s5 = s0.add(5);
        FloatVector s6 = s0.add(6);
        FloatVector s7 = s0.add(7);
        FloatVector s8 = s0.add(8);
        FloatVector s9 = s0.add(9);
        FloatVector s10 = s0.add(10);
        FloatVector s11 = s0.add(11);
        for (int i = 0; i < steps; i++) {
            s0 = MemoryProbe.TYPE.cast(a.fma(b, s0));
            s1 = MemoryProbe.TYPE.cast(a.fma(b, s1));
            s2 = MemoryProbe.TYPE.cast(a.fma(b, s2));
            s3 = MemoryProbe.TYPE.cast(a.fma(b, s3));
            s4 = MemoryProbe.TYPE.cast(a.fma(b, s4));
            s5 = MemoryProbe.TYPE.cast(a.fma(b, s5));
            s6 = MemoryProbe.TYPE.cast(a.fma(b, s6));
            s7 = MemoryProbe.TYPE.cast(a.fma(b, s7));
            s8 = MemoryProbe.TYPE.cast(a.fma(b, s8));
            s9 = MemoryProbe.TYPE.cast(a.fma(b, s9));
            s10 = MemoryProbe.TYPE.cast(a.fma(b, s10));
            s11 = MemoryProbe.TYPE.cast(a.fma(b, s11));
        }
        FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
        FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
        return low.add(high).lane(0);
    }
}
