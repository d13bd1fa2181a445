package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;

/**
 * A kernel that does nothing: how long its launch takes is what asking and waiting for workers costs.
 *
 * @param workers that are asked, each for one part
 */
record EmptyKernel(int workers) implements JvmKernel {
    @Override
    public int phases() {
        return 1;
    }

    @Override
    public int parts(int phase) {
        return workers;
    }

    @Override
    public void run(int phase, int part, int worker) {
        // nothing
    }
}
