package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.check.KernelVerdict;
import dev.quipu.runtime.check.StepCheck;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.SmallInstance;
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
            "Runs a training step on the emulator and gives a verdict for each GPU kernel.",
            "Each access is checked: bounds, memory never written, races, barriers, overflow of indices.",
            "A model that is too large is checked as a small one of its family. Exit code 0 only if all kernels are"
                    + " clean."
        })
final class CheckCommand extends QuipuCommand {
    private static final int USUAL_SEQUENCE = 72;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String name;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "Sequences of a batch; default: 1.")
    private int batch;

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Tokens of a sequence; default: " + USUAL_SEQUENCE
                    + ", or the model's context where it is shorter.")
    private Integer sequence;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private PlanOptions plan;

    @Override
    public Integer call() {
        atLeast(1, "--batch", batch);
        ModelSource source = argument(() -> ModelSource.of(name));
        Model model = argument(() -> small(source));
        int tokens = argument(() -> sequence(model));
        Compiler compiler = argument(() -> new Compiler(true).keeping(plan.request()));
        List<KernelVerdict> verdicts = argument(() -> StepCheck.run(model, compiler, batch, tokens));
        boolean clean = verdicts.stream().allMatch(KernelVerdict::isClean);
        if (json) {
            out().println(JsonMapper.shared().writeValueAsString(values(source, model, tokens, verdicts)));
        } else {
            print(source, model, tokens, verdicts);
        }
        return clean ? SUCCESS : FAILURE;
    }

    /** The model, or a small one of its family where it is too large. */
    private static Model small(ModelSource source) {
        Model model = source.model();
        if (StepCheck.weights(model) <= StepCheck.MOST_WEIGHTS) {
            return model;
        }
        return SmallInstance.of(model)
                .orElseThrow(() -> QuipuException.of(
                        "at most " + StepCheck.MOST_WEIGHTS + " weights, or a family that has small models",
                        StepCheck.weights(model) + " weights",
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
                "%s%s, %s, batch %d, sequence %d",
                source.name(),
                isDeclared(source, model) ? "" : ", as a small model of " + StepCheck.weights(model) + " weights",
                PlanNames.describe(plan.request()),
                batch,
                tokens);
    }

    private void print(ModelSource source, Model model, int tokens, List<KernelVerdict> verdicts) {
        out().println(title(source, model, tokens));
        out().print(Verdicts.text(verdicts));
        out().flush();
    }

    private Map<String, Object> values(ModelSource source, Model model, int tokens, List<KernelVerdict> verdicts) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model", source.name());
        values.put("small", !isDeclared(source, model));
        values.put("weights", StepCheck.weights(model));
        values.put("plan", PlanNames.describe(plan.request()));
        values.put("batch", batch);
        values.put("sequence", tokens);
        values.put("clean", verdicts.stream().allMatch(KernelVerdict::isClean));
        values.put("kernels", Verdicts.values(verdicts));
        return values;
    }
}
