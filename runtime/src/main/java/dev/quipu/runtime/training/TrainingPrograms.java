package dev.quipu.runtime.training;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.Lazy;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.Preparation;
import dev.quipu.runtime.device.State;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A training step on a device: the programs {@code gradient}, {@code update} and {@code loss} over one shared state. State that
 * is missing is allocated, as zeros.
 */
public final class TrainingPrograms implements AutoCloseable {
    private final AdamW optimizer;
    private final BatchBuffers trained;
    private final BatchBuffers measured;
    private final Executable gradient;
    private final Executable update;
    private final Executable loss;
    private final String planHash;

    /** Compiles and loads the programs for micro-batches of {@code [batch, sequence]} tokens of joined documents. */
    public TrainingPrograms(
            Device device, State state, Model model, AdamW optimizer, int batch, int sequence, Compiler compiler) {
        this(device, state, model, optimizer, batch, sequence, Documents.JOINED, compiler);
    }

    /** Compiles and loads the programs for micro-batches of {@code [batch, sequence]} tokens. */
    public TrainingPrograms(
            Device device,
            State state,
            Model model,
            AdamW optimizer,
            int batch,
            int sequence,
            Documents documents,
            Compiler compiler) {
        this(device, model, optimizer, batch, sequence, documents, compiler, () -> state);
    }

    /** As the others, with a state that is made while the programs are compiled. */
    TrainingPrograms(
            Device device,
            Model model,
            AdamW optimizer,
            int batch,
            int sequence,
            Documents documents,
            Compiler compiler,
            Supplier<State> weights) {
        this.optimizer = optimizer;
        Lazy<Traced> traced = new Lazy<>(() -> Compiler.trace(model, batch, sequence, documents));
        try (Preparation preparation = new Preparation(device)) {
            Preparation.Program updating = preparation.begin(() -> compiler.update(traced.get(), optimizer));
            Preparation.Program differentiated = preparation.begin(() -> compiler.gradient(traced.get()));
            Preparation.Program measuring = preparation.begin(() -> compiler.loss(traced.get()));
            State state = weights.get();
            // The update first: what it touches of a repeated layer is then allocated together.
            this.update = updating.load(state);
            this.gradient = differentiated.load(state);
            this.planHash = differentiated.planHash(); // while the third is prepared
            this.loss = measuring.load(state);
        }
        this.trained = buffers(gradient, documents);
        this.measured = buffers(loss, documents);
    }

    private static BatchBuffers buffers(Executable program, Documents documents) {
        Optional<Buffer> starts =
                documents == Documents.SEPARATE ? Optional.of(program.input(Traced.STARTS)) : Optional.empty();
        return new BatchBuffers(program.input(Traced.TOKENS), program.input(Traced.TARGETS), starts);
    }

    /** Where the next micro-batch to train on is written. */
    public BatchBuffers batch() {
        return trained;
    }

    /** Tokens of the next micro-batch to train on, i32[batch, sequence]. */
    public Buffer tokens() {
        return trained.tokens();
    }

    /** Targets of the next micro-batch to train on, i32[batch, sequence]; negative where there is nothing to learn. */
    public Buffer targets() {
        return trained.targets();
    }

    /**
     * Adds the gradients of the micro-batch to those in the state.
     *
     * @param scale one over the number of targets in the whole step
     * @return the micro-batch's share of the step's mean loss, in nats
     */
    public float gradient(float scale) {
        gradient.input(Traced.SCALE).setFloat(0, scale);
        gradient.run();
        return gradient.result(Traced.LOSS).getFloat(0);
    }

    /**
     * Moves the weights along the gradients and clears those. Where the gradients' norm is not finite, weights and moments stay.
     *
     * @param step counted from 1
     * @return the norm, before clipping
     */
    public float update(double learningRate, long step) {
        update.input(AdamW.LEARNING_RATE).setFloat(0, (float) learningRate);
        update.input(AdamW.CORRECTION_1).setFloat(0, correction(optimizer.beta1(), step));
        update.input(AdamW.CORRECTION_2).setFloat(0, correction(optimizer.beta2(), step));
        update.run();
        return update.result(AdamW.NORM).getFloat(0);
    }

    /** Adam's moments start at zero; this makes up for it. StrictMath, so that it is the same on every machine. */
    private static float correction(double beta, long step) {
        return (float) (1 - StrictMath.pow(beta, (double) step));
    }

    /** Where the batch to measure is written. */
    public BatchBuffers measuredBatch() {
        return measured;
    }

    /** The measured batch's losses in nats, summed and times the scale; changes no state. */
    public float loss(float scale) {
        loss.input(Traced.SCALE).setFloat(0, scale);
        loss.run();
        return loss.result(Traced.LOSS).getFloat(0);
    }

    /** What became of the plan: see {@link dev.quipu.compiler.Compiled#planHash}. */
    public String planHash() {
        return planHash;
    }

    /** Bytes of the programs' intermediate values, which share one arena: the largest one's. */
    public long arenaBytes() {
        return Math.max(gradient.arenaBytes(), Math.max(update.arenaBytes(), loss.arenaBytes()));
    }

    @Override
    public void close() {
        gradient.close();
        update.close();
        loss.close();
    }
}
