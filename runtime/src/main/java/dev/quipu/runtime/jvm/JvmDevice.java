package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.AngleTables;
import dev.quipu.runtime.device.CeilingMeter;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.Loadable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.onednn.OneDnn;
import dev.quipu.runtime.start.StartUp;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded device: kernels in Java over the Vector API, on worker threads of this JVM. */
public final class JvmDevice implements Device {
    private static final Logger LOG = LoggerFactory.getLogger(JvmDevice.class);
    private static final int MOST_WORKERS = 1024;

    private final Arena arena;
    private final WorkerPool pool;
    private final ScratchMemory scratch;
    private final Workspace workspace;
    private final AngleTables tables;
    private final int lanes;
    private final boolean poisoning;

    /** A device with {@link #defaultWorkers}. */
    public JvmDevice() {
        this(defaultWorkers());
    }

    /**
     * @param workers threads that compute, the caller's counted: 1 or more
     * @throws QuipuException if there is none, or if the JVM was started without the Vector API
     */
    public JvmDevice(int workers) {
        this(workers, false);
    }

    private JvmDevice(int workers, boolean poisoning) {
        VectorApi.require(ModuleLayer.boot());
        if (workers < 1 || workers > MOST_WORKERS) {
            throw QuipuException.of("1 to " + MOST_WORKERS, Integer.toString(workers), "workers", "");
        }
        String missing = JitFlags.missing();
        if (!missing.isEmpty()) {
            LOG.warn(
                    "JVM flags: without {} some kernels may run a hundred times slower; start java with"
                            + " @config/jvm.args",
                    missing);
        }
        lanes = VectorApi.lanes();
        arena = Arena.ofShared();
        pool = new WorkerPool(workers);
        scratch = new ScratchMemory(arena, workers);
        workspace = new Workspace();
        this.poisoning = poisoning;
        tables = new AngleTables(arena);
    }

    /**
     * A device for tests of memory plans: what no launch needs any more, and at first the whole arena, is filled with NaN. A
     * program whose plan ends a lifetime too early shows NaN in its results.
     */
    public static JvmDevice poisoning(int workers) {
        return new JvmDevice(workers, true);
    }

    /** One worker for each processor, or what {@code -Dquipu.workers} says. */
    public static int defaultWorkers() {
        return Setting.number("quipu.workers", 1, MOST_WORKERS, Runtime.getRuntime()::availableProcessors);
    }

    @Override
    public String name() {
        return "jvm";
    }

    /** Threads that compute. */
    public int workers() {
        return pool.workers();
    }

    /** Floats in a vector of the kernels. */
    public int lanes() {
        return lanes;
    }

    /** Products of bf16 are oneDNN's. */
    @Override
    public Set<Precision> precisions() {
        return OneDnn.isHere() ? Set.of(Precision.F32, Precision.BF16) : Set.of(Precision.F32);
    }

    @Override
    public void require(Precision precision) {
        if (precision == Precision.BF16) {
            OneDnn.require();
        } else {
            Device.super.require(precision);
        }
    }

    @Override
    public Set<WeightStorage> weightStorages() {
        return EnumSet.allOf(WeightStorage.class);
    }

    @Override
    public Executable load(Scheduled scheduled, State state) {
        return prepare(scheduled).load(state);
    }

    @Override
    public Loadable prepare(Scheduled scheduled) {
        require(scheduled);
        JvmProgram program = StartUp.PROCESS.measure(StartUp.Part.SOURCES, () -> JvmProgram.of(scheduled, lanes));
        if (program.multipliesRounded()) {
            require(Precision.BF16); // a model's own casts do not say so by the program's precision
        }
        Map<String, Class<? extends JvmKernel>> classes =
                StartUp.PROCESS.measure(StartUp.Part.CLASSES, () -> KernelClasses.SHARED.of(program));
        return state -> load(program, classes, state);
    }

    private synchronized Executable load(
            JvmProgram program, Map<String, Class<? extends JvmKernel>> classes, State state) {
        return new JvmExecutable(program, classes, state, this);
    }

    @Override
    public synchronized Optional<CeilingMeter> ceilings(Precision precision) {
        require(precision);
        return Optional.of(new MachineCeilings(pool, arena, precision));
    }

    WorkerPool pool() {
        return pool;
    }

    ScratchMemory scratch() {
        return scratch;
    }

    Workspace workspace() {
        return workspace;
    }

    boolean isPoisoning() {
        return poisoning;
    }

    /** Bytes of the memory that the intermediate values of all loaded programs share. */
    public long workspaceBytes() {
        return workspace.bytes();
    }

    AngleTables tables() {
        return tables;
    }

    @Override
    public void close() {
        pool.close();
        workspace.close();
        arena.close();
    }
}
