package dev.quipu.runtime.jvm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** A walk through memory; each part has a stretch of its own, and a step is four vectors. */
abstract class MemoryProbe extends Probe {
    /** The processor's widest vectors, whatever the kernels were told to use. */
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /**
     * Their class, to be said of sums that a loop changes: C2 otherwise takes it from a profile that all callers share, and where that
     * does not tell, a loop runs at half its rate or worse.
     */
    static final Class<? extends FloatVector> TYPE = FloatVector.zero(SPECIES).getClass();

    static final int VECTOR = SPECIES.vectorByteSize();

    /** Bytes of a step. */
    static final int STRIDE = 4 * VECTOR;

    private final long stretch;

    /**
     * @param bytes of all stretches together
     */
    MemoryProbe(long bytes, int workers) {
        super(workers, bytes / partsOf(workers) / STRIDE);
        stretch = bytes / partsOf(workers) / STRIDE * STRIDE;
    }

    @Override
    final void work(int part, int steps, int worker) {
        walk(part, part * stretch, part * stretch + (long) steps * STRIDE);
    }

    /** Walks through the bytes from one place to another. */
    abstract void walk(int part, long from, long to);
}
