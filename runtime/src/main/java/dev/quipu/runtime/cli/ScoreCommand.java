package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.evaluation.Evaluation;
import dev.quipu.runtime.files.FileFailure;
import dev.quipu.runtime.generation.Decoder;
import dev.quipu.runtime.generation.Scorer;
import dev.quipu.runtime.generation.TokenLikelihood;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "score",
        description =
                "Log-probabilities of a given text, token by token. A text longer than the model's context is cut into"
                        + " windows that do not overlap.")
final class ScoreCommand extends QuipuCommand {
    @Mixin
    private ModelArgument model;

    @Option(names = "--text", paramLabel = "TEXT", description = "The text.")
    private String text;

    @Option(names = "--file", paramLabel = "FILE", description = "A file of UTF-8 that holds the text.")
    private Path file;

    @Option(
            names = "--logprobs",
            paramLabel = "N",
            defaultValue = "0",
            description = "Names the N likeliest tokens at each place, with --json; default: 0.")
    private int alternatives;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private WeightOptions weights;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private DeviceOptions devices;

    @Override
    public Integer call() {
        String scored = argument(this::read);
        atLeast(0, "--logprobs", alternatives);
        argument(() -> {
            if (alternatives > 0 && !json) {
                throw QuipuException.of("--json", "none", "--logprobs", "only JSON has room for alternatives");
            }
            return alternatives;
        });
        Compiler compiler = argument(() -> weights.compiler(precision));
        ModelSource source = argument(model::source);
        Tokenizer tokenizer = argument(model::tokenizer);
        try (Device device = argument(devices::open);
                State state = WeightOptions.load(this, compiler, source, device);
                Decoder decoder = new Decoder(compiler, source.model(), state, device);
                Scorer scorer = new Scorer(source.model(), tokenizer, decoder, alternatives)) {
            print(scorer.score(scored));
            return SUCCESS;
        }
    }

    private String read() {
        if ((text == null) == (file == null)) {
            throw QuipuException.of("--text or --file", text == null ? "neither" : "both", "score", "");
        }
        try {
            return text != null ? text : Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a text in UTF-8, found " + FileFailure.reason(e), e);
        }
    }

    private void print(Scorer.Score score) {
        Evaluation.Result total = score.total();
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("tokens", score.tokens());
            values.put("nats", total.nats());
            values.put("perplexity", total.perplexity());
            values.put("bitsPerByte", total.bitsPerByte());
            values.put("bytes", total.textBytes());
            out().println(JsonMapper.shared().writeValueAsString(values));
            return;
        }
        for (TokenLikelihood token : score.tokens()) {
            out().println(String.format(
                    Locale.ROOT, "%10.4f  %7d  %s", token.logProbability(), token.token(), token.piece()));
        }
        out().println(String.format(
                Locale.ROOT,
                "%d tokens, %.4f nats, perplexity %.3f, %.4f bits per byte",
                total.targets(),
                total.nats(),
                total.perplexity(),
                total.bitsPerByte()));
    }
}
