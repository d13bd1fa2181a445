package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.schedule.Scheduled;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A kernel before and behind which dead memory is filled with a signalling NaN: whoever reads it has no value to show for it,
 * and as an id it lies outside of every table.
 *
 * @param before memory that is dead before the kernel runs
 * @param after memory that is dead once it has run
 */
record PoisonedKernel(JvmKernel kernel, List<MemorySegment> before, List<MemorySegment> after) implements JvmKernel {
    private static final int POISON = 0x7FA0_DEAD;

    PoisonedKernel {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** Replaces a program's kernels: what a cluster's last one reads last is dead behind it, and all is before the first. */
    static void replace(JvmKernel[] kernels, List<JvmProgram.Step> steps, Scheduled scheduled, MemorySegment slots) {
        int cluster = 0;
        for (int i = 0; i < kernels.length; i++) {
            boolean last = i + 1 == kernels.length || isOther(steps.get(i + 1), steps.get(i));
            List<MemorySegment> before = i == 0 ? List.of(slots) : List.of();
            List<MemorySegment> after = last ? dead(scheduled.memory(), cluster, slots) : List.of();
            kernels[i] = new PoisonedKernel(kernels[i], before, after);
            cluster += last ? 1 : 0;
        }
    }

    @SuppressWarnings("ReferenceEquality") // a cluster's launches stand together
    private static boolean isOther(JvmProgram.Step next, JvmProgram.Step step) {
        return next.launch().cluster() != step.launch().cluster();
    }

    private static List<MemorySegment> dead(MemoryPlan memory, int cluster, MemorySegment slots) {
        return memory.ending(cluster).stream()
                .map(slot -> slots.asSlice(slot.offset(), slot.bytes()))
                .toList();
    }

    @Override
    public int phases() {
        return kernel.phases() + 2;
    }

    @Override
    public int parts(int phase) {
        return isOwn(phase) ? 1 : kernel.parts(phase - 1);
    }

    @Override
    public void run(int phase, int part, int worker) {
        if (!isOwn(phase)) {
            kernel.run(phase - 1, part, worker);
        } else {
            (phase == 0 ? before : after).forEach(PoisonedKernel::fill);
        }
    }

    private boolean isOwn(int phase) {
        return phase == 0 || phase == kernel.phases() + 1;
    }

    private static void fill(MemorySegment memory) {
        for (long at = 0; at + Integer.BYTES <= memory.byteSize(); at += Integer.BYTES) {
            memory.set(ValueLayout.JAVA_INT, at, POISON);
        }
    }
}
