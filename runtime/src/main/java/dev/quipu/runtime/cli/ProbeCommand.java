package dev.quipu.runtime.cli;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.probe.Probe;
import dev.quipu.runtime.probe.Statistics;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.view.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "probe", description = "Shows what named tensors of a forward pass hold, computed in double precision.")
final class ProbeCommand extends QuipuCommand {
    private static final int USUAL_TOKENS = 16;

    @Parameters(
            index = "0",
            paramLabel = "MODEL_DIR",
            description = "A model folder with weights, or its .safetensors file.")
    private String model;

    @Option(
            names = "--tensor",
            required = true,
            paramLabel = "GLOB",
            description = "Names of tensors, * for any letters: 'layers.0.*', '*.wq.weight', '*'.")
    private String glob;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "The text; default: 16 ids spread over the vocabulary.")
    private String prompt;

    @Override
    public Integer call() {
        ModelSource source = argument(() -> ModelSource.withWeights(model));
        int[] tokens = argument(() -> tokens(source));
        try (State state = source.loadWeights()) {
            Probe probe = Probe.of(source.model(), state, tokens);
            List<Probe.Tensor> matching = argument(() -> matching(probe));
            out().print(table(matching));
            probe.firstNotFinite()
                    .ifPresentOrElse(
                            tensor -> out().println("first not finite: " + tensor.name() + " at " + tensor.line() + ", "
                                    + tensor.statistics().notFinite() + " values of "
                                    + tensor.statistics().type().shape().elements()),
                            () -> out().println("all values of all tensors are finite"));
            return SUCCESS;
        }
    }

    private int[] tokens(ModelSource source) {
        Model declared = source.model();
        if (prompt == null) {
            int count = Math.min(USUAL_TOKENS, declared.contextLength());
            return IntStream.range(0, count)
                    .map(i -> (int) ((long) i * declared.vocabularySize() / count))
                    .toArray();
        }
        int[] tokens = Tokenizer.load(source.folder().orElseThrow()).encode(prompt);
        if (tokens.length == 0 || tokens.length > declared.contextLength()) {
            throw QuipuException.of(
                    "1 to " + declared.contextLength() + " tokens, the model's context",
                    tokens.length + " tokens",
                    "prompt",
                    "");
        }
        return tokens;
    }

    private List<Probe.Tensor> matching(Probe probe) {
        Pattern pattern = Pattern.compile(glob.chars()
                .mapToObj(letter ->
                        letter == '*' ? ".*" : letter == '?' ? "." : Pattern.quote(Character.toString(letter)))
                .collect(Collectors.joining()));
        List<Probe.Tensor> matching = probe.tensors().stream()
                .filter(tensor -> pattern.matcher(tensor.name()).matches())
                .toList();
        if (matching.isEmpty()) {
            String some = probe.tensors().stream()
                    .map(Probe.Tensor::name)
                    .skip(1)
                    .limit(8)
                    .collect(Collectors.joining(", "));
            throw QuipuException.of("names of tensors", glob, "--tensor", "some are " + some + "; '*' shows all");
        }
        return matching;
    }

    private static String table(List<Probe.Tensor> tensors) {
        TextTable table = new TextTable("llrrrrrrl");
        table.row("tensor", "type", "least", "greatest", "mean", "deviation", "norm", "not finite", "line");
        for (Probe.Tensor tensor : tensors) {
            Statistics values = tensor.statistics();
            table.row(
                    tensor.name(),
                    values.type(),
                    number(values.least()),
                    number(values.greatest()),
                    number(values.mean()),
                    number(values.deviation()),
                    number(values.norm()),
                    values.notFinite() == 0 ? "" : values.notFinite(),
                    tensor.line());
        }
        return table.text();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
