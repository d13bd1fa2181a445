package dev.quipu.runtime.training;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.compiler.program.ParameterGroup;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.catalog.TrainingRecipe;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Changes to a recipe. What is not set follows from the recipe and from what is set: as many steps as the recipe's tokens take,
 * its warm-up but at most a tenth of the steps, and about ten validations and four checkpoints and samples in a run.
 */
public final class TrainingOptionsBuilder {
    private static final int WARMUP_SHARE = 10;
    private static final int VALIDATIONS = 10;
    private static final int CHECKPOINTS = 4;
    private static final long LONGEST_INTERVAL = 1000;

    private final TrainingRecipe recipe;
    private Long steps;
    private Long warmup;
    private Long validateEvery;
    private Long sampleEvery;
    private Long checkpointEvery;
    private Integer batch;
    private Integer sequence;
    private int accumulate = 1;
    private double learningRate;
    private double finalRatio;
    private double weightDecay;
    private double beta1;
    private double beta2;
    private double epsilon;
    private double clip;
    private List<ParameterGroup> groups = List.of();
    private List<Glob> frozen = List.of();
    private Tuning.LowRank adapters;
    private long seed = 1;
    private double validationShare = 0.05;
    private Documents documents = Documents.JOINED;
    private PlanRequest plan = PlanRequest.SAVE_ALL;
    private OptionalInt lossChunk = OptionalInt.empty();
    private Precision precision = Precision.F32;
    private String device = "jvm";
    private int workers;
    private boolean verify;

    TrainingOptionsBuilder(TrainingRecipe recipe) {
        this.recipe = recipe;
        learningRate = recipe.learningRate();
        finalRatio = recipe.finalRatio();
        weightDecay = recipe.weightDecay();
        beta1 = recipe.beta1();
        beta2 = recipe.beta2();
        epsilon = recipe.epsilon();
        clip = recipe.clip();
    }

    public TrainingOptionsBuilder steps(long value) {
        steps = value;
        return this;
    }

    /** Sequences of a micro-batch. */
    public TrainingOptionsBuilder batch(int value) {
        batch = value;
        return this;
    }

    public TrainingOptionsBuilder sequence(int value) {
        sequence = value;
        return this;
    }

    public TrainingOptionsBuilder accumulate(int value) {
        accumulate = value;
        return this;
    }

    /** The highest rate. */
    public TrainingOptionsBuilder learningRate(double value) {
        learningRate = value;
        return this;
    }

    /** Steps over which the rate rises. */
    public TrainingOptionsBuilder warmup(long value) {
        warmup = value;
        return this;
    }

    /** The last rate over the highest. */
    public TrainingOptionsBuilder finalRatio(double value) {
        finalRatio = value;
        return this;
    }

    public TrainingOptionsBuilder weightDecay(double value) {
        weightDecay = value;
        return this;
    }

    public TrainingOptionsBuilder betas(double first, double second) {
        beta1 = first;
        beta2 = second;
        return this;
    }

    public TrainingOptionsBuilder epsilon(double value) {
        epsilon = value;
        return this;
    }

    /** The largest global norm of the gradients. */
    public TrainingOptionsBuilder clip(double value) {
        clip = value;
        return this;
    }

    /** Parameters with settings of their own; the first group that matches counts. */
    public TrainingOptionsBuilder groups(List<ParameterGroup> value) {
        groups = value;
        return this;
    }

    /** Names of parameters that are not trained. */
    public TrainingOptionsBuilder freeze(List<Glob> names) {
        frozen = names;
        return this;
    }

    /** Trains low-rank adapters and leaves the model's own parameters as they are. */
    public TrainingOptionsBuilder adapters(Tuning.LowRank value) {
        adapters = value;
        return this;
    }

    public TrainingOptionsBuilder seed(long value) {
        seed = value;
        return this;
    }

    /** What a token sees of earlier documents in its row. */
    public TrainingOptionsBuilder documents(Documents value) {
        documents = value;
        return this;
    }

    public TrainingOptionsBuilder validationShare(double value) {
        validationShare = value;
        return this;
    }

    public TrainingOptionsBuilder validateEvery(long value) {
        validateEvery = value;
        return this;
    }

    public TrainingOptionsBuilder sampleEvery(long value) {
        sampleEvery = value;
        return this;
    }

    public TrainingOptionsBuilder checkpointEvery(long value) {
        checkpointEvery = value;
        return this;
    }

    /** Which activations a step keeps for its backward pass. */
    public TrainingOptionsBuilder plan(PlanRequest value) {
        plan = value;
        return this;
    }

    /** Rows of logits that exist at once; see {@link dev.quipu.compiler.Compiler#withLossChunk}. */
    public TrainingOptionsBuilder lossChunk(int value) {
        lossChunk = OptionalInt.of(value);
        return this;
    }

    /** What the factors of products are rounded to. */
    public TrainingOptionsBuilder precision(Precision value) {
        precision = value;
        return this;
    }

    public TrainingOptionsBuilder device(String value) {
        device = value;
        return this;
    }

    public TrainingOptionsBuilder workers(int value) {
        workers = value;
        return this;
    }

    /** Lets the compiler check every stage. */
    public TrainingOptionsBuilder verify(boolean value) {
        verify = value;
        return this;
    }

    /** Which activations a step keeps, so far. */
    public PlanRequest plan() {
        return plan;
    }

    /** Checks everything. */
    public TrainingOptions build() {
        int rows = batch != null ? batch : Math.toIntExact(recipe.batch());
        int length = sequence != null ? sequence : recipe.sequence();
        long tokensPerStep = Math.max(1, (long) rows * length * accumulate);
        long all = steps != null ? steps : Math.ceilDiv(recipe.tokens(), tokensPerStep);
        long rise = warmup != null ? warmup : Math.min(recipe.warmupSteps(), all / WARMUP_SHARE);
        return new TrainingOptions(
                new CosineSchedule(learningRate, rise, all, finalRatio),
                new AdamW(beta1, beta2, epsilon, weightDecay, clip, groups),
                new Tuning(frozen, Optional.ofNullable(adapters)),
                rows,
                length,
                accumulate,
                seed,
                validationShare,
                documents,
                new TrainingOptions.Intervals(
                        interval(validateEvery, all, VALIDATIONS),
                        interval(sampleEvery, all, CHECKPOINTS),
                        interval(checkpointEvery, all, CHECKPOINTS)),
                plan,
                lossChunk,
                precision,
                device,
                workers,
                verify);
    }

    private static long interval(Long wanted, long steps, int parts) {
        return Objects.requireNonNullElseGet(wanted, () -> Math.clamp(Math.ceilDiv(steps, parts), 1, LONGEST_INTERVAL));
    }
}
