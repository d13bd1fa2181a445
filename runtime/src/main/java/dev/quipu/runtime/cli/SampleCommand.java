package dev.quipu.runtime.cli;

import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Generation;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.generation.Generator;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "sample", description = "Continues a text.")
final class SampleCommand extends QuipuCommand {
    @Parameters(
            index = "0",
            paramLabel = "MODEL_DIR",
            description = "A model folder with weights, or its .safetensors file.")
    private String model;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "The text to continue; default: none.")
    private String prompt;

    @Mixin
    private SamplingArguments sampling;

    @Mixin
    private DeviceOptions devices;

    @Override
    public Integer call() {
        GenerationOptions options = argument(sampling::options);
        ModelSource source = argument(() -> ModelSource.withWeights(model));
        Tokenizer tokenizer = Tokenizer.load(source.folder().orElseThrow());
        try (Device device = argument(devices::open);
                State state = source.loadWeights();
                Generator generator = new Generator(source.model(), tokenizer, state, device)) {
            argument(() -> generator.check(prompt));
            out().print(prompt);
            out().flush();
            Generation generation = generator.generate(prompt, options, piece -> {
                out().print(piece);
                out().flush();
            });
            out().println();
            err().println(String.format(
                    Locale.ROOT,
                    "%d tokens, %.1f tokens/s (prompt of %d tokens: %.2f s, compilation included), %s",
                    generation.tokens().size(),
                    generation.tokensPerSecond(),
                    generation.prompt().size(),
                    generation.prefill().toNanos() / 1e9,
                    generation.end().words()));
            return SUCCESS;
        }
    }
}
