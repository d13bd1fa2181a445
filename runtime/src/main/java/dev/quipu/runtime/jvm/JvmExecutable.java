package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmScratch;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.IndexBounds;
import dev.quipu.runtime.device.LaunchClock;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.ProgramBuffers;
import dev.quipu.runtime.device.State;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A program's kernels, bound to their buffers. */
final class JvmExecutable implements Executable {
    private final Arena arena = Arena.ofShared();
    private final WorkerPool pool;
    private final long arenaBytes;
    private final ProgramBuffers buffers;
    private final IndexBounds bounds;
    private final JvmKernel[] kernels;
    private final Launched[] launched;
    private final List<LaunchInfo> launches;

    /** What a kernel's failure is blamed on. */
    private record Launched(BoundLaunch launch) {
        @Override
        public String toString() {
            return launch.name() + " (" + launch.cluster().head() + ")";
        }
    }

    JvmExecutable(JvmProgram program, State state, JvmDevice device) {
        Scheduled scheduled = program.scheduled();
        pool = device.pool();
        arenaBytes = scheduled.memory().bytes();
        buffers = new ProgramBuffers(scheduled, state, arena, device.tables()::of);
        bounds = new IndexBounds(scheduled.graph(), buffers);
        List<JvmProgram.Step> steps = program.launches();
        launched = steps.stream().map(step -> new Launched(step.launch())).toArray(Launched[]::new);
        launches = infos(steps);
        kernels = bind(program, device.scratch());
    }

    private JvmKernel[] bind(JvmProgram program, ScratchMemory scratch) {
        Map<String, Class<? extends JvmKernel>> classes = classes(program);
        MemorySegment slots = Buffer.allocate(arena, DType.F32, Math.ceilDiv(arenaBytes, Float.BYTES))
                .segment();
        ScratchMemory.Requests requests = new ScratchMemory.Requests();
        program.launches().forEach(step -> bind(step, classes, slots, requests));
        scratch.grow(requests);
        return program.launches().stream()
                .map(step -> bind(step, classes, slots, scratch))
                .toArray(JvmKernel[]::new);
    }

    private static Map<String, Class<? extends JvmKernel>> classes(JvmProgram program) {
        Set<String> kernelNames =
                program.launches().stream().map(JvmProgram.Step::className).collect(Collectors.toSet());
        Map<Boolean, List<JvmProgram.Source>> sources = program.sources().stream()
                .collect(Collectors.partitioningBy(source -> kernelNames.contains(source.className())));
        return KernelClasses.SHARED.of(sources.get(false), sources.get(true));
    }

    @SuppressWarnings("RethrowReflectiveOperationExceptionAsLinkageError") // generated classes are ours
    private JvmKernel bind(
            JvmProgram.Step step,
            Map<String, Class<? extends JvmKernel>> classes,
            MemorySegment slots,
            JvmScratch scratch) {
        MemorySegment[] places = step.launch().places().stream()
                .map(place -> segment(place, slots))
                .toArray(MemorySegment[]::new);
        try {
            return classes.get(step.className())
                    .getConstructor(MemorySegment[].class, JvmScratch.class)
                    .newInstance(places, scratch);
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

    /** A cluster of several launches is counted with its first. */
    private static List<LaunchInfo> infos(List<JvmProgram.Step> steps) {
        List<LaunchInfo> infos = new ArrayList<>();
        Set<Cluster> counted = new HashSet<>();
        for (JvmProgram.Step step : steps) {
            Cluster cluster = step.launch().cluster();
            boolean first = counted.add(cluster);
            infos.add(new LaunchInfo(
                    step.launch().name(),
                    cluster.kind().name().toLowerCase(Locale.ROOT),
                    first ? cluster.flops() : 0,
                    first ? cluster.bytes() : 0));
        }
        return List.copyOf(infos);
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
        for (int i = 0; i < kernels.length; i++) {
            pool.run(kernels[i], launched[i]);
        }
    }

    @Override
    public long arenaBytes() {
        return arenaBytes;
    }

    @Override
    public List<LaunchInfo> launches() {
        return launches;
    }

    @Override
    public List<LaunchTime> profile(int runs) {
        LaunchClock clock = new LaunchClock(launches, runs);
        for (int run = 0; run < runs; run++) {
            bounds.check();
            for (int i = 0; i < kernels.length; i++) {
                long start = System.nanoTime();
                pool.run(kernels[i], launched[i]);
                clock.set(i, run, System.nanoTime() - start);
            }
        }
        return clock.medians();
    }

    @Override
    public void close() {
        arena.close();
    }
}
