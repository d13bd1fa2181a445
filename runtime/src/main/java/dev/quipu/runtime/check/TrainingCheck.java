package dev.quipu.runtime.check;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.training.TrainingPrograms;
import java.util.List;
import java.util.SplittableRandom;

/** A training step on random tokens: micro-batches, the update, and the loss. */
final class TrainingCheck {
    private static final long SEED = 1;
    private static final double LEARNING_RATE = 1e-3;
    private static final int MICRO_BATCHES = 2;

    /** Of targets, one in so many is nothing to learn. */
    private static final int IGNORED = 7;

    private final TrainingPrograms programs;
    private final int vocabulary;
    private final int sequence;
    private final SplittableRandom random = new SplittableRandom(SEED);

    private TrainingCheck(TrainingPrograms programs, int vocabulary, int sequence) {
        this.programs = programs;
        this.vocabulary = vocabulary;
        this.sequence = sequence;
    }

    /** On documents that are kept apart the update is the same, so it is left out. */
    static List<ProgramVerdict> run(
            Model model, Compiler compiler, Device device, State state, Documents documents, int batch, int sequence) {
        try (TrainingPrograms programs =
                new TrainingPrograms(device, state, model, AdamW.LLAMA, batch, sequence, documents, compiler)) {
            TrainingCheck check = new TrainingCheck(programs, model.vocabularySize(), sequence);
            float scale = 1f / ((float) MICRO_BATCHES * batch * sequence);
            return switch (documents) {
                case JOINED ->
                    List.of(
                            ProgramVerdict.of("gradient", () -> check.gradient(MICRO_BATCHES, scale)),
                            ProgramVerdict.of("update", () -> programs.update(LEARNING_RATE, 1)),
                            ProgramVerdict.of("loss", () -> check.loss(scale)));
                case SEPARATE ->
                    List.of(
                            ProgramVerdict.of("gradient of separate documents", () -> check.gradient(1, scale)),
                            ProgramVerdict.of("loss of separate documents", () -> check.loss(scale)));
            };
        }
    }

    private void gradient(int batches, float scale) {
        for (int i = 0; i < batches; i++) {
            fill(programs.batch());
            programs.gradient(scale);
        }
    }

    private void loss(float scale) {
        fill(programs.measuredBatch());
        programs.loss(scale);
    }

    private void fill(BatchBuffers batch) {
        Buffer targets = batch.targets();
        for (long i = 0; i < targets.length(); i++) {
            batch.tokens().setInt(i, random.nextInt(vocabulary));
            targets.setInt(i, i % IGNORED == IGNORED - 1 ? BatchBuffers.NOTHING : random.nextInt(vocabulary));
        }
        batch.starts().ifPresent(this::divide);
    }

    /** Documents of random lengths, up to half of a row. */
    private void divide(Buffer starts) {
        int begin = 0;
        int end = 0;
        for (long i = 0; i < starts.length(); i++) {
            int place = (int) (i % sequence);
            if (place == 0 || place == end) {
                begin = place;
                end = place + 1 + random.nextInt(Math.max(1, sequence / 2));
            }
            starts.setInt(i, begin);
        }
    }
}
