package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.jvm.JvmKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AllocationTest {
    /** Three phases that only compute. */
    private static final class Sums implements JvmKernel {
        private final float[] values = new float[1024];

        @Override
        public int phases() {
            return 3;
        }

        @Override
        public int parts(int phase) {
            return phase == 1 ? 1 : 8;
        }

        @Override
        public void run(int phase, int part, int worker) {
            for (int i = part * 128; i < part * 128 + 128; i++) {
                values[i] += phase;
            }
        }
    }

    @Test
    void aLaunchAllocatesNothing() {
        try (WorkerPool pool = new WorkerPool(3)) {
            Launch launch = new Launch(new Sums(), "sums");
            assertEquals(0, Allocations.whenWarm(pool, () -> pool.run(launch)));
        }
    }
}
