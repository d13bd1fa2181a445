package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.sampling.SamplingOptions;
import picocli.CommandLine.Option;

/** How tokens are chosen. */
final class SamplingArguments {
    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "200",
            description = "The most new tokens; default: 200.")
    private int maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "Divides the logits; 0 is greedy; default: 0.8.")
    private Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Keeps the k likeliest tokens; 0 (default): all.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Keeps the likeliest tokens of this probability together; default: 1.")
    private double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description = "Keeps tokens at least this likely relative to the likeliest; default: 0.")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            defaultValue = "1",
            description = "Penalty of tokens that came before; 1 (default): none.")
    private double repetitionPenalty;

    @Option(names = "--greedy", description = "Always the likeliest token: --temperature 0.")
    private boolean greedy;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Equal seeds give equal texts; default: 0.")
    private long seed;

    private static final double USUAL_TEMPERATURE = 0.8;

    /**
     * The options, checked.
     *
     * @throws QuipuException for one out of its range
     */
    GenerationOptions options() {
        if (greedy && temperature != null && temperature != 0) {
            throw QuipuException.of("--greedy or --temperature", "both", "sampling", "");
        }
        double chosen = greedy ? 0 : temperature == null ? USUAL_TEMPERATURE : temperature;
        return new GenerationOptions(new SamplingOptions(chosen, topK, topP, minP, repetitionPenalty), maxTokens, seed);
    }
}
