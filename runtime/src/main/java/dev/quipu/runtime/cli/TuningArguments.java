package dev.quipu.runtime.cli;

import dev.quipu.compiler.program.ParameterGroup;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.runtime.training.TrainingOptionsBuilder;
import dev.quipu.runtime.training.Tuning;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of a training run that say which parameters are trained, and which in a way of their own. */
final class TuningArguments {
    @Option(
            names = "--freeze",
            arity = "1..*",
            paramLabel = "GLOB",
            description = "Parameters that are not trained, such as 'embedding.*' 'layers.0.*'.")
    private List<String> freeze;

    @Option(
            names = "--group",
            arity = "1..*",
            paramLabel = "GLOB:SETTINGS",
            description = "Parameters with a factor on the learning rate or a weight decay of their own, such as"
                    + " '*.norm.weight:lr=0.5,decay=0'; the first group that matches counts.")
    private List<String> groups;

    @Option(
            names = "--lora",
            description = "Trains low-rank adapters beside the model's weights, which stay as they are.")
    private boolean lora;

    @Option(
            names = "--lora-targets",
            arity = "1..*",
            paramLabel = "GLOB",
            description =
                    "Linear layers that get adapters, such as '*.wq' '*.wv'; default: all but the model's output.")
    private List<String> targets;

    @Option(names = "--lora-rank", paramLabel = "R", description = "Rank of the adapters; default: 8.")
    private Integer rank;

    @Option(
            names = "--lora-alpha",
            paramLabel = "A",
            description = "Adapters are scaled by alpha over rank; default: twice the rank.")
    private Double alpha;

    /** Whether adapters are trained. */
    boolean isLora() {
        return lora;
    }

    /** Changes what was given on the command line. */
    TrainingOptionsBuilder applyTo(TrainingOptionsBuilder options) {
        if (freeze != null) {
            options.freeze(globs(freeze));
        }
        if (groups != null) {
            options.groups(groups.stream().map(ParameterGroup::parse).toList());
        }
        if (lora) {
            options.adapters(adapters());
        } else if (targets != null || rank != null || alpha != null) {
            String given = targets != null ? "--lora-targets" : rank != null ? "--lora-rank" : "--lora-alpha";
            throw QuipuException.of("--lora", "none", given, "it says what is trained");
        }
        return options;
    }

    private Tuning.LowRank adapters() {
        Tuning.LowRank usual = Tuning.LowRank.usual();
        int chosen = rank == null ? usual.rank() : rank;
        return new Tuning.LowRank(
                targets == null ? usual.targets() : globs(targets), chosen, alpha == null ? 2.0 * chosen : alpha);
    }

    private static List<Glob> globs(List<String> texts) {
        return texts.stream().map(Glob::new).toList();
    }
}
