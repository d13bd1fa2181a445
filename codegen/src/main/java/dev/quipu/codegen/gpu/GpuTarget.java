package dev.quipu.codegen.gpu;

/**
 * What kernels may use beside what every GPU has.
 *
 * @param matrixUnits whether warps multiply matrices of bf16: {@link dev.quipu.codegen.kernel.Value.Matrix}
 */
public record GpuTarget(boolean matrixUnits) {
    /** Every GPU. */
    public static final GpuTarget ANY = new GpuTarget(false);

    /** NVIDIA's from Ampere on, through TornadoVM's backend for CUDA C. */
    public static final GpuTarget MATRICES = new GpuTarget(true);
}
