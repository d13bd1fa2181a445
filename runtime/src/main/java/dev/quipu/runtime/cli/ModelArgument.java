package dev.quipu.runtime.cli;

import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The model with weights that a command works on, and its tokenizer. */
final class ModelArgument {
    @Parameters(
            index = "0",
            paramLabel = "MODEL_DIR",
            description =
                    "A model folder with weights, or a weight file: safetensors, GGUF, llama2.c's .bin, PyTorch's .pt.")
    private String model;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME|PATH",
            description = "bytes, a tokenizer's file, or a folder that holds one; default: the model's own.")
    private String tokenizer;

    private ModelSource source;

    /** The model; found once. */
    ModelSource source() {
        if (source == null) {
            source = ModelSource.withWeights(model);
        }
        return source;
    }

    /** The tokenizer that was asked for, or the model's. */
    Tokenizer tokenizer() {
        return tokenizer == null ? source().tokenizer() : TokenizerArgument.tokenizer(tokenizer);
    }

    /** The tokenizer that was asked for, or the model's where it has one. */
    Optional<Tokenizer> tokenizerIfAny() {
        return tokenizer == null && !source().hasTokenizer() ? Optional.empty() : Optional.of(tokenizer());
    }
}
