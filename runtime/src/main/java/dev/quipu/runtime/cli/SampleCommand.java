package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Decoder;
import dev.quipu.runtime.generation.EndTokens;
import dev.quipu.runtime.generation.Generation;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.generation.Generator;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "sample", description = "Continues texts, or chats.")
final class SampleCommand extends QuipuCommand {
    @Mixin
    private ModelArgument model;

    @Mixin
    private PromptArguments prompts;

    @Mixin
    private ChatArguments chat;

    @Option(
            names = "--json",
            description = "Prints one JSON object a prompt: token ids, log-probabilities, why it ended, timings.")
    private boolean json;

    @Mixin
    private SamplingArguments sampling;

    @Mixin
    private WeightOptions weights;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private DeviceOptions devices;

    @Override
    public Integer call() {
        List<String> texts = argument(prompts::texts);
        argument(() -> chat.check(prompts, json));
        GenerationOptions asked = argument(() -> sampling.options(json));
        Compiler compiler = argument(() -> weights.compiler(precision));
        ModelSource source = argument(model::source);
        Tokenizer tokenizer = argument(model::tokenizer);
        Set<Integer> ends = argument(() -> source.folder().map(EndTokens::of).orElse(Set.of()));
        GenerationOptions options = asked.endingAt(ends);
        try (Device device = argument(devices::open);
                State state = WeightOptions.load(this, compiler, source, device);
                Decoder decoder = new Decoder(compiler, source.model(), state, device, prompts.batch(texts.size()));
                Generator generator = new Generator(source.model(), tokenizer, decoder)) {
            if (chat.isAsked()) {
                ChatTemplate template = argument(() -> chat.template(tokenizer));
                ChatSession session = new ChatSession(generator, template, chat.beginning(), options, out(), err());
                if (prompts.isGiven()) {
                    session.answer(texts.getFirst(), json);
                } else {
                    session.run(StandardStreams.input());
                }
            } else {
                texts.forEach(text -> argument(() -> generator.ids(text)));
                if (json || prompts.isFile()) {
                    printAll(generator, texts, options);
                } else {
                    stream(generator, texts.getFirst(), options);
                }
            }
            return SUCCESS;
        }
    }

    private void stream(Generator generator, String prompt, GenerationOptions options) {
        out().print(prompt);
        out().flush();
        Generation generation = generator.generate(prompt, options, piece -> {
            out().print(piece);
            out().flush();
        });
        out().println();
        err().println(Speed.of(generation) + ", " + generation.end().words());
    }

    private void printAll(Generator generator, List<String> texts, GenerationOptions options) {
        Speed speed = new Speed(prompts.batch(texts.size()));
        generator.generateAll(texts, options, (generation, number) -> {
            speed.add(generation, number);
            String prompt = texts.get(number);
            if (json) {
                out().println(GenerationJson.of(prompt, generation, options.seed() + number));
            } else {
                out().println(prompt + generation.text() + (number < texts.size() - 1 ? "\n" : ""));
            }
            out().flush();
        });
        err().println(speed);
    }

    /** The prompt, or the prompts of a file. */
    static final class PromptArguments {
        private static final int USUAL_BATCH = 8;

        @Option(names = "--prompt", paramLabel = "TEXT", description = "The text to continue; default: none.")
        private String prompt;

        @Option(
                names = "--prompts",
                paramLabel = "FILE",
                description =
                        "Prompts to continue together: one a line, or, in a .jsonl file, an object with \"prompt\" a"
                                + " line. Blank lines are none.")
        private Path file;

        @Option(
                names = "--batch",
                paramLabel = "N",
                description = "The most prompts of --prompts that are continued at a time; default: 8.")
        private Integer batch;

        /** At least one. */
        List<String> texts() {
            if (prompt != null && file != null) {
                throw QuipuException.of("--prompt or --prompts", "both", "sample", "");
            }
            if (batch != null && (file == null || batch < 1)) {
                throw QuipuException.of("at least 1 prompt at a time, of --prompts", batch.toString(), "--batch", "");
            }
            return file == null ? List.of(prompt == null ? "" : prompt) : PromptFile.read(file);
        }

        boolean isGiven() {
            return prompt != null;
        }

        boolean isFile() {
            return file != null;
        }

        int batch(int texts) {
            return Math.min(texts, batch == null ? USUAL_BATCH : batch);
        }
    }
}
