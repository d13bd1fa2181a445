package dev.quipu.runtime.check;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.emulator.Fault;
import dev.quipu.runtime.emulator.Faults;
import dev.quipu.runtime.emulator.Observation;
import dev.quipu.runtime.tornado.EmulatorDevice;
import dev.quipu.runtime.training.TrainingPrograms;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A training step of a model on the emulator: two micro-batches of random tokens, the update, and the loss. */
public final class StepCheck {
    /** More weights than this take the emulator too long. */
    public static final long MOST_WEIGHTS = 3_000_000;

    private static final long SEED = 1;
    private static final double LEARNING_RATE = 1e-3;

    /** Of targets, one in so many is nothing to learn. */
    private static final int IGNORED = 7;

    private StepCheck() {}

    /** Number of a model's weights. */
    public static long weights(Model model) {
        return Trace.parameters(model).values().stream()
                .distinct()
                .mapToLong(StepCheck::elements)
                .sum();
    }

    private static long elements(Parameter parameter) {
        return parameter.shape().elements();
    }

    /**
     * Runs the step to its end, whatever is wrong.
     *
     * @param compiler makes its programs
     * @param batch sequences of a micro-batch
     * @param sequence tokens of a sequence
     * @return a verdict for each task, in the order in which they first ran, and for each graph that is wrong
     */
    public static List<KernelVerdict> run(Model model, Compiler compiler, int batch, int sequence) {
        Observation observed = Faults.observe(() -> step(model, compiler, batch, sequence));
        List<String> graphs = observed.faults().stream()
                .map(Fault::task)
                .filter(task -> !observed.launches().containsKey(task))
                .distinct()
                .toList();
        List<KernelVerdict> verdicts = new ArrayList<>();
        observed.launches().forEach((task, launches) -> verdicts.add(verdict(task, launches, observed)));
        graphs.forEach(graph -> verdicts.add(verdict(graph, 0, observed)));
        return verdicts;
    }

    private static KernelVerdict verdict(String name, int launches, Observation observed) {
        List<Fault> faults = observed.faults().stream()
                .filter(fault -> fault.task().equals(name))
                .toList();
        return new KernelVerdict(name, launches, faults);
    }

    private static void step(Model model, Compiler compiler, int batch, int sequence) {
        try (EmulatorDevice device = new EmulatorDevice();
                State state = new State()) {
            state.initialise(Trace.parameters(model), SEED);
            try (TrainingPrograms programs =
                    new TrainingPrograms(device, state, model, AdamW.LLAMA, batch, sequence, compiler)) {
                SplittableRandom random = new SplittableRandom(SEED);
                float scale = 1f / (2f * batch * sequence);
                for (int i = 0; i < 2; i++) {
                    fill(programs.batch(), random, model.vocabularySize());
                    programs.gradient(scale);
                }
                programs.update(LEARNING_RATE, 1);
                fill(programs.measuredBatch(), random, model.vocabularySize());
                programs.loss(scale);
            }
        }
    }

    private static void fill(BatchBuffers batch, SplittableRandom random, int vocabulary) {
        Buffer targets = batch.targets();
        for (long i = 0; i < targets.length(); i++) {
            batch.tokens().setInt(i, random.nextInt(vocabulary));
            targets.setInt(i, i % IGNORED == IGNORED - 1 ? -1 : random.nextInt(vocabulary));
        }
    }
}
