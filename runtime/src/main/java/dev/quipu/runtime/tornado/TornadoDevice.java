package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.Products;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.EnumSet;
import java.util.Set;

/**
 * A GPU, by way of a TornadoVM SDK. State stays on it between runs; it is copied back when somebody looks at it. What
 * TornadoVM cannot do ends with a message: nothing falls back to Java.
 */
public final class TornadoDevice implements Device {
    private final TornadoGpu gpu;
    private final Products products;
    private final GeneratedPrograms programs;

    private TornadoDevice(Sdk sdk, TornadoGpu gpu) {
        this.gpu = gpu;
        SdkToolkit toolkit = new SdkToolkit(sdk, gpu);
        this.products = toolkit.products();
        this.programs = new GeneratedPrograms(toolkit);
    }

    /**
     * Starts TornadoVM.
     *
     * @param selection {@code tornado}, {@code tornado:BACKEND} or {@code tornado:BACKEND:DEVICE}; numbers or names
     * @throws QuipuException if there is no SDK, JVM flag, driver or device
     */
    public static TornadoDevice open(String selection) {
        Sdk sdk = Sdk.find();
        sdk.requireFlags();
        return new TornadoDevice(sdk, TornadoGpu.select(selection, TornadoGpu.all()));
    }

    /** {@code tornado:0:0}. */
    @Override
    public String name() {
        return gpu.selection();
    }

    /** The device that was chosen. */
    public TornadoGpu gpu() {
        return gpu;
    }

    /** Who multiplies matrices. */
    public Products products() {
        return products;
    }

    /** TornadoVM's CUDA backend alone reads and writes bf16 as the others read f32; tf32 is a mode of cuBLAS. */
    @Override
    public Set<Precision> precisions() {
        boolean cuda = gpu.api().equals(SdkToolkit.CUDA);
        Set<Precision> precisions = EnumSet.of(Precision.F32);
        if (cuda) {
            precisions.add(Precision.BF16);
        }
        if (products == Products.LIBRARY) {
            precisions.add(Precision.TF32);
        }
        return precisions;
    }

    @Override
    public Executable load(Scheduled scheduled, State state) {
        require(scheduled);
        return programs.load(scheduled, state);
    }

    @Override
    public void close() {
        programs.close();
    }
}
