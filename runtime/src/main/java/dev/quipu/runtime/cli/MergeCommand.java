package dev.quipu.runtime.cli;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.MergedAdapters;
import dev.quipu.runtime.model.ModelFolder;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "merge",
        description = {
            "Makes adapters a part of the weights that they correct, in a new model folder.",
            "The adapters lie beside the model, or in a folder of their own (PEFT's) that names it."
        })
final class MergeCommand extends QuipuCommand {
    @Mixin
    private ModelArgument model;

    @Parameters(index = "1", paramLabel = "OUT", description = "A new folder.")
    private Path out;

    @Override
    public Integer call() {
        ModelSource source = argument(model::source);
        int adapters = argument(() -> adapters(source));
        Tokenizer tokenizer = argument(model::tokenizer);
        try (State state = source.loadWeights()) {
            Model merged = MergedAdapters.of(source.model(), state);
            ModelFolder.save(out, merged, state, tokenizer);
        }
        out().println("merged " + adapters + " adapters into " + out);
        return SUCCESS;
    }

    private int adapters(ModelSource source) {
        int adapters = Adapters.of(source.model()).size();
        if (adapters == 0) {
            throw QuipuException.of(
                    "a model with adapters", "one without", source.name(), "train some: ./quipu train --lora");
        }
        if (Files.exists(out)) {
            throw QuipuException.of("a new folder", "one that is there", out.toString(), "choose another");
        }
        return adapters;
    }
}
