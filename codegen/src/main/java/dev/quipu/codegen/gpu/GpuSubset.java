package dev.quipu.codegen.gpu;

import java.util.List;

/**
 * The part of the kernel language that GPUs get: what TornadoVM's backends for OpenCL, CUDA and PTX all translate to code that
 * computes what Java computes, and what keeps a kernel's result the same in every run. A kernel outside of it is a mistake in
 * its lowering.
 */
public final class GpuSubset {
    /** Bytes of local memory that a work-group has on every GPU; CUDA has no more that is allocated with the kernel. */
    static final int LOCAL_BYTES = 48 * 1024;

    private GpuSubset() {}

    /**
     * The kernel itself.
     *
     * @throws AssertionError when it is outside the subset, with all {@link #refusals}
     */
    public static GpuKernel check(GpuKernel kernel, GpuTarget target) {
        List<String> refusals = refusals(kernel, target);
        if (!refusals.isEmpty()) {
            throw new AssertionError("not for GPUs:\n" + String.join("\n", refusals));
        }
        return kernel;
    }

    /** As {@link #check(GpuKernel, GpuTarget)}, for GPUs of every kind. */
    public static GpuKernel check(GpuKernel kernel) {
        return check(kernel, GpuTarget.ANY);
    }

    /** Why a kernel is outside the subset: kernel, place in it, form and reason; empty for one that is inside. */
    public static List<String> refusals(GpuKernel kernel, GpuTarget target) {
        Refusals refusals = new Refusals(kernel.name());
        new SubsetForms(kernel, target, refusals).check();
        if (refusals.lines().isEmpty()) { // the others rely on well-formed kernels
            new SubsetArrays(kernel, refusals).check();
            new SubsetBarriers(kernel, refusals).check();
            new SubsetRanges(kernel, refusals).check();
        }
        return refusals.lines();
    }

    /** As {@link #refusals(GpuKernel, GpuTarget)}, for GPUs of every kind. */
    public static List<String> refusals(GpuKernel kernel) {
        return refusals(kernel, GpuTarget.ANY);
    }
}
