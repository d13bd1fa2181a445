package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.runtime.data.ConversationFiles;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.evaluation.Evaluation;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.training.Progress;
import dev.quipu.runtime.training.TrainingText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "eval", description = "Measures a model on a text: loss, perplexity, bits per byte.")
final class EvalCommand extends QuipuCommand {
    @Mixin
    private ModelArgument model;

    @Option(
            names = "--data",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Text files or folders, or conversations in .jsonl files, of which the answers are measured.")
    private List<Path> data;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            description = "How conversations are written: chatml, llama2, llama3, mistral or zephyr; default: the"
                    + " tokenizer's own template.")
    private String chatTemplate;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where tokenised texts are kept; default: the user's cache.")
    private Path cache;

    @Mixin
    private BatchOptions batch;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private WeightOptions weights;

    @Mixin
    private DeviceOptions devices;

    @Override
    public Integer call() {
        ModelSource source = argument(model::source);
        Model declared = source.model();
        int sequence = argument(() -> batch.sequence(declared));
        int rows = argument(batch::batch);
        Tokenizer tokenizer = argument(model::tokenizer);
        Compiler compiler = argument(() -> precision.applyTo(weights.compiler()));
        Documents documents = argument(() -> ConversationFiles.areAll(data)) ? Documents.SEPARATE : Documents.JOINED;
        try (Device device = argument(devices::open);
                State state = WeightOptions.load(this, compiler, source, device);
                TrainingText text = argument(() -> TrainingText.of(
                        data,
                        tokenizer,
                        Optional.ofNullable(chatTemplate),
                        cache == null ? TokenCache.ofUser() : new TokenCache(cache)));
                Evaluation evaluation = new Evaluation(compiler, declared, state, device, rows, sequence, documents);
                Progress progress =
                        Progress.start("eval", "tokens", text.tokens().length() - 1)) {
            print(evaluation.measure(text.tokens(), done -> progress.update(done, () -> "")));
            return SUCCESS;
        }
    }

    private void print(Evaluation.Result result) {
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("loss", result.loss());
            values.put("perplexity", result.perplexity());
            values.put("bitsPerByte", result.bitsPerByte());
            values.put("tokens", result.targets());
            out().println(JsonMapper.shared().writeValueAsString(values));
        } else {
            out().println(String.format(
                    Locale.ROOT,
                    "loss %.4f nats per token, perplexity %.3f, %.4f bits per byte, over %d tokens",
                    result.loss(),
                    result.perplexity(),
                    result.bitsPerByte(),
                    result.targets()));
        }
    }
}
