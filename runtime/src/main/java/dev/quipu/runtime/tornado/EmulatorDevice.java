package dev.quipu.runtime.tornado;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.Set;

/**
 * A GPU that is not there: runs the programs that are printed for TornadoVM on this JVM, slowly, and checks every access. A
 * program that does what no GPU allows ends with a message that names the kernel and its line.
 */
public final class EmulatorDevice implements Device {
    private final GeneratedPrograms programs;

    /** A device whose products are generated kernels, as all else is. */
    public EmulatorDevice() {
        this(Products.GENERATED);
    }

    /**
     * @param products by a library: programs as they are made for GPUs with one; the emulator multiplies in its place
     */
    public EmulatorDevice(Products products) {
        this(products, GpuTarget.ANY);
    }

    /** As {@link #EmulatorDevice(Products)}, for programs of GPUs that have what {@code target} says. */
    public EmulatorDevice(Products products, GpuTarget target) {
        programs = new GeneratedPrograms(new EmulatorToolkit(products, target));
    }

    @Override
    public String name() {
        return "emulator";
    }

    @Override
    public Set<Precision> precisions() {
        return Set.of(Precision.F32, Precision.BF16);
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
