package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmScratch;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.IndexBounds;
import dev.quipu.runtime.device.LaunchClock;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchInfos;
import dev.quipu.runtime.device.ProgramBuffers;
import dev.quipu.runtime.device.RunTrace;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.device.TimedExecutable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A program's kernels, bound to their buffers. */
final class JvmExecutable implements TimedExecutable {
    private final Arena arena = Arena.ofShared();
    private final JvmDevice device;
    private final Scheduled scheduled;
    private final List<JvmProgram.Step> steps;
    private final long scratchBytes;
    private final ProgramBuffers buffers;
    private final IndexBounds bounds;
    private final Map<String, Class<? extends JvmKernel>> classes;
    private Launch[] launches = {};
    private int bound = -1;
    /** Of all memory that the kernels have; they do not ask themselves whether it is still there. */
    private MemorySegment.Scope[] scopes = {};

    /** What a kernel's failure is blamed on. */
    private record Blamed(BoundLaunch launch) {
        @Override
        public String toString() {
            return launch.name() + " (" + launch.cluster().head() + ")";
        }
    }

    /**
     * Finds or allocates the program's memory.
     *
     * @param classes of its kernels, by name
     */
    JvmExecutable(JvmProgram program, Map<String, Class<? extends JvmKernel>> classes, State state, JvmDevice device) {
        if (state.isMirrored()) {
            throw new AssertionError("state that lives on another device");
        }
        this.device = device;
        scheduled = program.scheduled();
        steps = program.launches();
        scratchBytes = program.scratch().bytes(device.workers());
        buffers = new ProgramBuffers(scheduled, state, arena, device.tables()::of);
        bounds = new IndexBounds(scheduled.graph(), buffers);
        this.classes = classes;
        device.scratch().grow(program.scratch());
        try {
            device.workspace().join(arenaBytes());
        } catch (QuipuException e) {
            arena.close();
            throw e;
        }
        bind();
    }

    /** Binds the kernels again if other programs have moved the workspace since, and sees that their memory is there. */
    private void bind() {
        Workspace workspace = device.workspace();
        synchronized (workspace) {
            if (bound != workspace.moves()) {
                MemorySegment slots = workspace.memory().asSlice(0, arenaBytes());
                JvmKernel[] kernels =
                        steps.stream().map(step -> bind(step, slots)).toArray(JvmKernel[]::new);
                if (device.isPoisoning()) {
                    PoisonedKernel.replace(kernels, steps, scheduled, slots);
                }
                launches = IntStream.range(0, kernels.length)
                        .mapToObj(i ->
                                new Launch(kernels[i], new Blamed(steps.get(i).launch())))
                        .toArray(Launch[]::new);
                scopes = steps.stream()
                        .flatMap(step -> step.launch().places().stream())
                        .map(place -> segment(place, slots).scope())
                        .distinct()
                        .toArray(MemorySegment.Scope[]::new);
                bound = workspace.moves();
            }
        }
        for (MemorySegment.Scope scope : scopes) {
            if (!scope.isAlive()) {
                throw new IllegalStateException("a program runs whose memory was released: "
                        + scheduled.graph().name());
            }
        }
    }

    @SuppressWarnings("RethrowReflectiveOperationExceptionAsLinkageError") // generated classes are ours
    private JvmKernel bind(JvmProgram.Step step, MemorySegment slots) {
        MemorySegment[] places = step.launch().places().stream()
                .map(place -> segment(place, slots))
                .toArray(MemorySegment[]::new);
        try {
            return classes.get(step.className())
                    .getConstructor(MemorySegment[].class, JvmScratch.class)
                    .newInstance(places, device.scratch());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("kernel " + step.className() + " cannot be made", e);
        }
    }

    private MemorySegment segment(Place place, MemorySegment slots) {
        return switch (place) {
            case Place.Arena slot -> slots.asSlice(slot.offset(), slot.bytes());
            case Place.Part part -> segment(part.whole(), slots).asSlice(part.offset());
            case Place.State state -> buffers.of(state).segment();
            case Place.Input input -> buffers.of(input).segment();
            case Place.Result result -> buffers.of(result).segment();
            case Place.Table table -> buffers.of(table).segment();
        };
    }

    @Override
    public Buffer input(String name) {
        return buffers.input(name);
    }

    @Override
    public Buffer result(String name) {
        return buffers.result(name);
    }

    @Override
    public void run() {
        bounds.check();
        synchronized (device.workspace()) {
            bind();
            WorkerPool pool = device.pool();
            for (Launch launch : launches) {
                pool.run(launch);
            }
        }
    }

    @Override
    public long arenaBytes() {
        return scheduled.memory().bytes();
    }

    @Override
    public long scratchBytes() {
        return scratchBytes;
    }

    @Override
    public List<LaunchInfo> launches() {
        return LaunchInfos.of(steps.stream().map(JvmProgram.Step::launch).toList());
    }

    @Override
    public void run(LaunchClock clock, int run) {
        bounds.check();
        synchronized (device.workspace()) {
            bind();
            WorkerPool pool = device.pool();
            for (int i = 0; i < launches.length; i++) {
                long start = System.nanoTime();
                pool.run(launches[i]);
                clock.set(i, run, System.nanoTime() - start);
            }
        }
    }

    @Override
    public RunTrace trace() {
        bounds.check();
        synchronized (device.workspace()) {
            bind();
            PartLog log = new PartLog(launches, device.workers());
            List<LaunchInfo> infos = launches();
            List<RunTrace.LaunchSpan> spans = new ArrayList<>();
            for (int i = 0; i < launches.length; i++) {
                Launch traced = new Launch(new TracedKernel(launches[i].kernel(), i, log), launches[i].what());
                long start = System.nanoTime();
                device.pool().run(traced);
                spans.add(new RunTrace.LaunchSpan(infos.get(i), start, System.nanoTime()));
            }
            return new RunTrace(spans, log.spans());
        }
    }

    @Override
    public void close() {
        arena.close();
        device.workspace().leave(arenaBytes());
    }
}
