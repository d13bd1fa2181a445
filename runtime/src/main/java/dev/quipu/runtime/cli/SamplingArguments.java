package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.sampling.SamplingRule;
import java.util.List;
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

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Ends a text before this one; may be given several times.")
    private List<String> stops = List.of();

    @Option(
            names = "--logprobs",
            paramLabel = "N",
            description = "Names the N likeliest tokens at each place, with --json; default: 0.")
    private Integer alternatives;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            defaultValue = "quipu",
            description = "quipu (default), or llama2c: the sampler of llama2.c, to reproduce its texts.")
    private String rule;

    private static final double USUAL_TEMPERATURE = 0.8;

    /**
     * The options, checked.
     *
     * @param json whether log-probabilities are printed
     * @throws QuipuException for one out of its range
     */
    GenerationOptions options(boolean json) {
        if (greedy && temperature != null && temperature != 0) {
            throw QuipuException.of("--greedy or --temperature", "both", "sampling", "");
        }
        double chosen = greedy ? 0 : temperature == null ? USUAL_TEMPERATURE : temperature;
        if (alternatives != null && !json) {
            throw QuipuException.of("--json", "none", "--logprobs", "only JSON has room for alternatives");
        }
        SamplingOptions options =
                new SamplingOptions(SamplingRule.named(rule), chosen, topK, topP, minP, repetitionPenalty);
        GenerationOptions generation = new GenerationOptions(options, maxTokens, seed).stoppingAt(stops);
        return json ? generation.withAlternatives(alternatives == null ? 0 : alternatives) : generation;
    }
}
