package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;

/**
 * A kernel that notes when its parts run.
 *
 * @param launch its number in the run
 */
record TracedKernel(JvmKernel kernel, int launch, PartLog log) implements JvmKernel {
    @Override
    public int phases() {
        return kernel.phases();
    }

    @Override
    public int parts(int phase) {
        return kernel.parts(phase);
    }

    @Override
    public void run(int phase, int part, int worker) {
        long begin = System.nanoTime();
        kernel.run(phase, part, worker);
        log.add(worker, launch, phase, part, begin, System.nanoTime());
    }
}
