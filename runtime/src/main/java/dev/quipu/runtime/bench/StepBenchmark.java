package dev.quipu.runtime.bench;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.Lazy;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.buffer.ProcessMemory;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.Preparation;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.device.TimedExecutable;
import dev.quipu.runtime.start.StartUp;
import dev.quipu.runtime.training.ModelFlops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/** Times whole training steps, gradient and update, of one batch of random tokens on random weights. */
public final class StepBenchmark implements AutoCloseable {
    private static final long SEED = 1;
    private static final float LEARNING_RATE = 1e-4f;
    private static final int PROFILED_RUNS = 3;

    private final int batch;
    private final int sequence;
    private final State state = new State();
    private final Executable gradient;
    private final Executable update;
    private final double flops;
    private final long weightNanos;
    private final long compileNanos;
    private final long memoryNanos;

    /**
     * What was measured.
     *
     * @param stepMillis median
     * @param fastestMillis of all steps
     * @param slowestMillis of all steps
     * @param flops of one step, as {@link ModelFlops} counts them
     * @param peakBytes native memory: state, and what intermediate values share
     * @param residentBytes the most memory that the process held at once since the benchmark was made, if the system tells
     * @param start what was done before
     * @param allocatedBytes of heap, the median of all steps: 0 once the JIT is done
     * @param collections of garbage during the measured steps
     * @param profile of the measured steps, where the device times launches while they run
     */
    public record Result(
            int batch,
            int sequence,
            int steps,
            double stepMillis,
            double fastestMillis,
            double slowestMillis,
            double flops,
            long peakBytes,
            OptionalLong residentBytes,
            StepStart start,
            long allocatedBytes,
            long collections,
            Optional<StepProfile> profile) {
        public double tokensPerSecond() {
            return 1e3 * batch * sequence / stepMillis;
        }

        public double flopsPerSecond() {
            return 1e3 * flops / stepMillis;
        }
    }

    /** Compiles and loads the programs. */
    public StepBenchmark(Model model, Device device, Compiler compiler, int batch, int sequence) {
        this.batch = batch;
        this.sequence = sequence;
        this.flops = ModelFlops.perToken(model, sequence) * batch * sequence;
        ProcessMemory.forgetMostResident();
        long start = System.nanoTime();
        StartUp.PROCESS.measure(StartUp.Part.WEIGHTS, () -> initialised(model));
        weightNanos = System.nanoTime() - start;
        Lazy<Traced> traced = new Lazy<>(() -> Compiler.trace(model, batch, sequence, Documents.JOINED));
        try (Preparation preparation = new Preparation(device)) { // as training does
            Preparation.Program updating = preparation.begin(() -> compiler.update(traced.get(), AdamW.LLAMA));
            Preparation.Program differentiated = preparation.begin(() -> compiler.gradient(traced.get()));
            updating.await();
            differentiated.await();
            compileNanos = System.nanoTime() - start - weightNanos;
            this.update = updating.load(state);
            this.gradient = differentiated.load(state);
        }
        memoryNanos = System.nanoTime() - start - weightNanos - compileNanos;
        SplittableRandom random = new SplittableRandom(SEED);
        fill(gradient.input(Traced.TOKENS), random, model.vocabularySize());
        fill(gradient.input(Traced.TARGETS), random, model.vocabularySize());
        gradient.input(Traced.SCALE).setFloat(0, 1f / ((long) batch * sequence));
        update.input(AdamW.LEARNING_RATE).setFloat(0, LEARNING_RATE);
        update.input(AdamW.CORRECTION_1).setFloat(0, 1);
        update.input(AdamW.CORRECTION_2).setFloat(0, 1);
    }

    private State initialised(Model model) {
        state.initialise(Trace.parameters(model), SEED);
        return state;
    }

    private static void fill(Buffer buffer, SplittableRandom random, int vocabulary) {
        for (long i = 0; i < buffer.length(); i++) {
            buffer.setInt(i, random.nextInt(vocabulary));
        }
    }

    /**
     * Runs steps.
     *
     * @param warmUp steps that are not measured: the JIT compiles the kernels meanwhile
     * @param steps steps that are
     * @param progress is told between them how many steps are done
     * @throws QuipuException if the loss is not finite
     */
    public Result run(int warmUp, int steps, IntConsumer progress) {
        long[] all = new long[warmUp + steps];
        long[] allocated = new long[steps];
        long collections = HeapUse.collections();
        Optional<StepClock> clock = clock(steps);
        for (int i = -warmUp; i < steps; i++) {
            if (i == 0) {
                collections = HeapUse.collections();
            }
            long allocatedBefore = HeapUse.bytes();
            long start = System.nanoTime();
            if (clock.isPresent()) {
                clock.get().run(Math.max(0, i)); // the JIT sees to what takes the times, too
            } else {
                gradient.run();
                update.run();
            }
            all[warmUp + i] = System.nanoTime() - start;
            if (i >= 0) {
                allocated[i] = HeapUse.bytes() - allocatedBefore;
            }
            progress.accept(warmUp + i + 1);
        }
        requireFiniteLoss();
        long[] nanos = Arrays.copyOfRange(all, warmUp, all.length);
        Optional<StepProfile> profile = clock.map(it -> it.profile(nanos));
        Arrays.sort(nanos);
        Arrays.sort(allocated);
        return new Result(
                batch,
                sequence,
                steps,
                (nanos[(steps - 1) / 2] + nanos[steps / 2]) / 2e6,
                nanos[0] / 1e6,
                nanos[steps - 1] / 1e6,
                flops,
                state.bytes() + Math.max(gradient.arenaBytes(), update.arenaBytes()),
                ProcessMemory.mostResident(),
                new StepStart(weightNanos / 1e6, compileNanos / 1e6, memoryNanos / 1e6, all[0] / 1e6),
                allocated[steps / 2],
                HeapUse.collections() - collections,
                profile);
    }

    private Optional<StepClock> clock(int steps) {
        return gradient instanceof TimedExecutable timedGradient && update instanceof TimedExecutable timedUpdate
                ? Optional.of(new StepClock(timedGradient, timedUpdate, steps))
                : Optional.empty();
    }

    private void requireFiniteLoss() {
        float loss = gradient.result(Traced.LOSS).getFloat(0);
        if (!Float.isFinite(loss)) {
            throw QuipuException.of("a finite loss", Float.toString(loss), "bench", "");
        }
    }

    /**
     * The launches of a step with their times, from runs of their own: for devices that do not time launches while they are
     * measured.
     *
     * @param stepMillis of a step that nobody watches
     */
    public StepProfile profile(double stepMillis) {
        List<LaunchTime> times = new ArrayList<>(gradient.profile(PROFILED_RUNS));
        update.profile(PROFILED_RUNS).stream()
                .map(time -> new LaunchTime(time.launch().among(StepClock.OPTIMIZER), time.nanos()))
                .forEach(times::add);
        return new StepProfile(times, stepMillis * 1e6);
    }

    /** Whether {@link #trace} can tell what workers do. */
    public boolean canTrace() {
        return gradient instanceof TimedExecutable && update instanceof TimedExecutable;
    }

    /** What workers do in one more step. */
    public StepTrace trace() {
        if (gradient instanceof TimedExecutable timedGradient && update instanceof TimedExecutable timedUpdate) {
            return new StepTrace(timedGradient.trace(), timedUpdate.trace());
        }
        throw new AssertionError("a trace of " + gradient);
    }

    @Override
    public void close() {
        gradient.close();
        update.close();
        state.close();
    }
}
