package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.data.BatchBuffers;
import dev.quipu.runtime.data.Batches;
import dev.quipu.runtime.data.Rows;
import dev.quipu.runtime.data.StreamPosition;
import java.util.Optional;
import java.util.SequencedMap;

/** The steps of a run, one after the other. */
final class TrainingSteps {
    private static final double NANOS = 1e9;

    private final TrainingOptions options;
    private final TrainingPrograms programs;
    private final NonFiniteSearch search;
    private final Rows rows;
    private final Batches batches;
    private final ModelFlops modelFlops;
    private long step;
    private long tokens;
    private double seconds;
    private long tokensHere;
    private double secondsHere;
    private double flopsHere;

    /** Goes on where a run stands. */
    TrainingSteps(Trainer trainer, Rows rows, TrainingState begun) {
        this.options = trainer.options();
        this.programs = trainer.programs();
        this.search = new NonFiniteSearch(trainer.model(), trainer.state());
        this.rows = rows;
        this.batches = batches(begun.position());
        this.modelFlops = ModelFlops.of(trainer.model(), options.sequence());
        this.step = begun.step();
        this.tokens = begun.tokens();
        this.seconds = begun.seconds();
    }

    private Batches batches(StreamPosition position) {
        return new Batches(rows, options.batch(), options.seed(), position);
    }

    /** Steps completed. */
    long completed() {
        return step;
    }

    /** Tokens trained on. */
    long tokens() {
        return tokens;
    }

    /** Time of all steps. */
    double seconds() {
        return seconds;
    }

    /** Since the run began or was resumed; 0 before the first step. */
    double tokensPerSecond() {
        return secondsHere == 0 ? 0 : tokensHere / secondsHere;
    }

    /** See {@link #tokensPerSecond}. */
    double flopsPerSecond() {
        return secondsHere == 0 ? 0 : flopsHere / secondsHere;
    }

    /** Where the run stands. */
    TrainingState stateWith(SequencedMap<String, String> settings) {
        return new TrainingState(step, batches.position(), options.seed(), tokens, seconds, settings);
    }

    /**
     * Makes the next step.
     *
     * @throws QuipuException if the loss or the gradients' norm is not finite: it names the step and the first tensor that is not;
     *     weights and moments are as they were before the step
     */
    Metric.Training next() {
        StreamPosition before = batches.position();
        long start = System.nanoTime();
        long number = step + 1;
        double rate = options.schedule().at(number);
        double loss = 0;
        double flops = 0;
        float scale = 1f / Math.max(1, batches.targetsAhead(options.accumulate()));
        for (int i = 0; i < options.accumulate(); i++) {
            batches.next(programs.batch());
            flops += flopsOf(programs.batch());
            loss += programs.gradient(scale);
        }
        if (!Double.isFinite(loss)) {
            throw nonFinite(number, "the loss is " + loss, before, scale);
        }
        float norm = programs.update(rate, number);
        if (!Float.isFinite(norm)) {
            throw nonFinite(number, "the gradients' norm is " + norm, before, scale);
        }
        double took = (System.nanoTime() - start) / NANOS;
        step = number;
        count(took, flops);
        return new Metric.Training(step, loss, norm, rate, tokens, options.tokensPerStep() / took, flops / took);
    }

    private double flopsOf(BatchBuffers batch) {
        return batch.starts()
                .map(modelFlops::ofSeparate)
                .orElseGet(() -> modelFlops.perToken() * batch.tokens().length());
    }

    private void count(double took, double flops) {
        tokens += options.tokensPerStep();
        tokensHere += options.tokensPerStep();
        seconds += took;
        secondsHere += took;
        flopsHere += flops;
    }

    private QuipuException nonFinite(long number, String what, StreamPosition before, float scale) {
        return search.refusal(number, what, () -> inBatches(before, scale));
    }

    /** Repeats the step's micro-batches. */
    private Optional<String> inBatches(StreamPosition before, float scale) {
        Batches again = batches(before);
        Optional<String> found = Optional.empty();
        for (int i = 0; i < options.accumulate() && found.isEmpty(); i++) {
            again.next(programs.batch());
            found = search.inBatch(programs.batch(), options.sequence(), scale);
        }
        return found;
    }
}
