package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.check.ModelCheck;
import dev.quipu.runtime.check.ProgramVerdict;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "check",
        description = {
            "Runs a model's programs on the emulator and gives a verdict for each GPU kernel of each: a training step,"
                    + " on joined and on separate documents, and sampling of several sequences.",
            "Each access is checked: bounds, memory never written, races, barriers, overflow of indices.",
            "A model that is too large is checked as a small one of its family. Exit code 0 only if all kernels are"
                    + " clean."
        })
final class CheckCommand extends QuipuCommand {
    private static final int USUAL_SEQUENCE = 72;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String name;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sequences of a training batch; default: 1.")
    private int batch;

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Tokens of a training sequence; default: " + USUAL_SEQUENCE
                    + ", or the model's context where it is shorter.")
    private Integer sequence;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private PlanOptions plan;

    @Mixin
    private PrecisionOptions precision;

    @Override
    public Integer call() {
        atLeast(1, "--batch", batch);
        ModelSource source = argument(() -> ModelSource.of(name));
        Model model = argument(() -> small(source));
        int tokens = argument(() -> sequence(model));
        Compiler compiler = argument(() -> precision.applyTo(new Compiler(true).keeping(plan.request())));
        List<ProgramVerdict> verdicts = argument(() -> ModelCheck.run(model, compiler, batch, tokens));
        if (json) {
            out().println(JsonMapper.shared().writeValueAsString(values(source, model, tokens, verdicts)));
        } else {
            print(source, model, tokens, verdicts);
        }
        return Verdicts.areClean(verdicts) ? SUCCESS : FAILURE;
    }

    private Model small(ModelSource source) {
        return ModelCheck.small(source.model(), precision.precision())
                .orElseThrow(() -> QuipuException.of(
                        "at most " + ModelCheck.MOST_WEIGHTS + " weights, or a family that has small models",
                        ModelCheck.weights(source.model()) + " weights",
                        source.name(),
                        "declare it with fewer channels, layers and token ids"));
    }

    private int sequence(Model model) {
        if (sequence == null) {
            return Math.min(USUAL_SEQUENCE, model.contextLength());
        }
        if (sequence < 1 || sequence > model.contextLength()) {
            throw QuipuException.of(
                    "1 to " + model.contextLength() + ", the model's context", sequence.toString(), "--seq", "");
        }
        return sequence;
    }

    @SuppressWarnings("ReferenceEquality") // a small model may be equal to none
    private static boolean isDeclared(ModelSource source, Model model) {
        return model == source.model();
    }

    private String title(ModelSource source, Model model, int tokens) {
        return String.format(
                Locale.ROOT,
                "%s%s, %s, %s, batch %d, sequence %d",
                source.name(),
                isDeclared(source, model) ? "" : ", as a small model of " + ModelCheck.weights(model) + " weights",
                precision.precision(),
                PlanNames.describe(plan.request()),
                batch,
                tokens);
    }

    private void print(ModelSource source, Model model, int tokens, List<ProgramVerdict> verdicts) {
        out().println(title(source, model, tokens));
        out().print(Verdicts.text(verdicts));
        out().flush();
    }

    private Map<String, Object> values(ModelSource source, Model model, int tokens, List<ProgramVerdict> verdicts) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model", source.name());
        values.put("small", !isDeclared(source, model));
        values.put("weights", ModelCheck.weights(model));
        values.put("precision", precision.precision().toString());
        values.put("plan", PlanNames.describe(plan.request()));
        values.put("batch", batch);
        values.put("sequence", tokens);
        values.put("clean", Verdicts.areClean(verdicts));
        values.put("programs", Verdicts.values(verdicts));
        return values;
    }
}
