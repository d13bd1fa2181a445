package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import java.util.stream.IntStream;

/** A kernel as the pool runs it: what a launch would otherwise ask it for each time is asked once. */
final class Launch {
    private final JvmKernel kernel;
    private final Object what;
    private final int[] parts;

    /**
     * @param what is launched, for the message when it fails
     */
    Launch(JvmKernel kernel, Object what) {
        this.kernel = kernel;
        this.what = what;
        this.parts = IntStream.range(0, kernel.phases()).map(kernel::parts).toArray();
    }

    JvmKernel kernel() {
        return kernel;
    }

    Object what() {
        return what;
    }

    int phases() {
        return parts.length;
    }

    int parts(int phase) {
        return parts[phase];
    }
}
