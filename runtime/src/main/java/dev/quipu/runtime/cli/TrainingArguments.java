package dev.quipu.runtime.cli;

import dev.quipu.compiler.program.Documents;
import dev.quipu.runtime.training.TrainingOptionsBuilder;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a training run that change a recipe. What is not given stays as it is. */
final class TrainingArguments {
    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of the run; default: as many as the recipe's tokens take.")
    private Long steps;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences of a micro-batch.")
    private Integer batch;

    @Option(names = "--seq", paramLabel = "N", description = "Tokens of a sequence.")
    private Integer sequence;

    @Option(names = "--accumulate", paramLabel = "N", description = "Micro-batches of a step; default: 1.")
    private Integer accumulate;

    @Option(names = "--lr", paramLabel = "RATE", description = "The highest learning rate.")
    private Double learningRate;

    @Option(names = "--warmup", paramLabel = "N", description = "Steps over which the learning rate rises.")
    private Long warmup;

    @Option(names = "--final-ratio", paramLabel = "R", description = "The last learning rate over the highest.")
    private Double finalRatio;

    @Option(names = "--weight-decay", paramLabel = "D", description = "Decay of parameters of two or more dimensions.")
    private Double weightDecay;

    @Option(names = "--clip", paramLabel = "NORM", description = "The largest global norm of the gradients.")
    private Double clip;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Of first weights, order of the text, and samples; default: 1.")
    private Long seed;

    @Option(
            names = "--validation-share",
            paramLabel = "S",
            description = "Share of the text that is held out; default: 0.05.")
    private Double validationShare;

    @Option(names = "--validate-every", paramLabel = "N", description = "Steps between validations; 0: never.")
    private Long validateEvery;

    @Option(names = "--sample-every", paramLabel = "N", description = "Steps between samples; 0: never.")
    private Long sampleEvery;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "N",
            description = "Steps between checkpoints; 0: only at the end.")
    private Long checkpointEvery;

    @Option(
            names = "--documents",
            paramLabel = "MODE",
            description =
                    "joined (default): rows are cut from one long text; separate (default for conversations): rows are"
                            + " packed from whole documents, and attention stays within each.")
    private String documents;

    @Mixin
    private PlanOptions plan;

    @Mixin
    private LossOptions loss;

    @Mixin
    private PrecisionOptions precision;

    @Option(names = "--device", paramLabel = "NAME", description = DeviceOptions.DESCRIPTION)
    private String device;

    @Option(names = "--workers", paramLabel = "N", description = "Threads that compute; default: all cores.")
    private Integer workers;

    @Option(names = "--verify", description = "Checks every stage of the compiler.")
    private boolean verify;

    /** Changes what was given on the command line. */
    TrainingOptionsBuilder applyTo(TrainingOptionsBuilder options) {
        set(steps, options::steps);
        set(batch, options::batch);
        set(sequence, options::sequence);
        set(accumulate, options::accumulate);
        set(learningRate, options::learningRate);
        set(warmup, options::warmup);
        set(finalRatio, options::finalRatio);
        set(weightDecay, options::weightDecay);
        set(clip, options::clip);
        set(seed, options::seed);
        set(validationShare, options::validationShare);
        set(validateEvery, options::validateEvery);
        set(sampleEvery, options::sampleEvery);
        set(checkpointEvery, options::checkpointEvery);
        set(documents, mode -> options.documents(Documents.named(mode)));
        if (plan.isGiven()) {
            options.plan(plan.request(options.plan()));
        }
        loss.rows().ifPresent(options::lossChunk);
        precision.given().ifPresent(options::precision);
        set(device, options::device);
        set(workers, options::workers);
        return options.verify(verify);
    }

    private static <T> void set(T given, Consumer<T> setter) {
        if (given != null) {
            setter.accept(given);
        }
    }
}
