package dev.quipu.runtime.plan;

import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.buffer.ProcessMemory;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Runs the plans of a study on random tokens and weights: in turns, so that whatever else the machine does troubles all alike. */
public final class PlanMeasurement {
    private static final long SEED = 1;

    /** Runs of each plan before those that count: the JIT compiles the kernels meanwhile. */
    private static final int WARM_UP = 3;

    private final PlanStudy study;
    private final Model model;
    private final Supplier<Device> devices;

    /**
     * @param devices opens one; memory is measured on a fresh device for each plan
     */
    public PlanMeasurement(PlanStudy study, Model model, Supplier<Device> devices) {
        this.study = study;
        this.model = model;
        this.devices = devices;
    }

    /** How many runs {@link #run} makes. */
    public int runs(int steps) {
        return study.plans().size() * (WARM_UP + steps + 1);
    }

    /**
     * Runs forward and backward of every plan.
     *
     * @param steps runs of each that are timed, 1 or more
     * @param progress is told how many runs are done
     */
    public List<MeasuredPlan> run(int steps, IntConsumer progress) {
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), SEED);
            List<long[]> nanos = times(state, steps, progress);
            List<MeasuredPlan> measured = new ArrayList<>();
            for (int i = 0; i < nanos.size(); i++) {
                long[] sorted = nanos.get(i);
                Arrays.sort(sorted);
                double median = (sorted[(steps - 1) / 2] + sorted[steps / 2]) / 2e9;
                PlanSummary plan = study.plans().get(i);
                measured.add(memory(plan, state, median, sorted[0] / 1e9, sorted[steps - 1] / 1e9));
                progress.accept(runs(steps) - nanos.size() + i + 1);
            }
            return measured;
        }
    }

    private List<long[]> times(State state, int steps, IntConsumer progress) {
        List<Executable> programs = new ArrayList<>();
        try (Device device = devices.get()) {
            for (PlanSummary plan : study.plans()) {
                programs.add(load(device, plan, state));
            }
            List<long[]> nanos =
                    programs.stream().map(program -> new long[steps]).toList();
            for (int step = -WARM_UP; step < steps; step++) {
                for (int i = 0; i < programs.size(); i++) {
                    long start = System.nanoTime();
                    programs.get(i).run();
                    if (step >= 0) {
                        nanos.get(i)[step] = System.nanoTime() - start;
                    }
                    progress.accept((step + WARM_UP) * programs.size() + i + 1);
                }
            }
            programs.forEach(Executable::close);
            return nanos;
        }
    }

    /** After the times were taken: what javac and the state need is then there, and does not count. */
    private MeasuredPlan memory(PlanSummary plan, State state, double median, double fastest, double slowest) {
        OptionalLong before = ProcessMemory.resident();
        try (Device device = devices.get();
                Executable program = load(device, plan, state)) {
            program.run();
            OptionalLong after = ProcessMemory.resident();
            OptionalLong grown = before.isPresent() && after.isPresent()
                    ? OptionalLong.of(after.getAsLong() - before.getAsLong())
                    : OptionalLong.empty();
            return new MeasuredPlan(
                    plan, median, fastest, slowest, program.arenaBytes() + program.scratchBytes(), grown);
        }
    }

    private Executable load(Device device, PlanSummary plan, State state) {
        Scheduled scheduled = plan.gradient().scheduled();
        Executable program = device.load(scheduled, state);
        SplittableRandom random = new SplittableRandom(SEED);
        fill(program.input(Traced.TOKENS), random);
        fill(program.input(Traced.TARGETS), random);
        program.input(Traced.SCALE)
                .setFloat(0, 1f / program.input(Traced.TOKENS).length());
        return program;
    }

    private void fill(Buffer buffer, SplittableRandom random) {
        for (long i = 0; i < buffer.length(); i++) {
            buffer.setInt(i, random.nextInt(model.vocabularySize()));
        }
    }
}
