package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names a tokenizer. */
final class TokenizerArgument {
    private static final String BYTES = "bytes";

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME|PATH",
            description = "bytes (default), a tokenizer's file, or a model folder that holds one.")
    private String name = BYTES;

    Tokenizer tokenizer() {
        return tokenizer(name);
    }

    /** The tokenizer that a name stands for. */
    static Tokenizer tokenizer(String name) {
        if (name.equals(BYTES)) {
            return new ByteTokenizer();
        }
        Path path = Path.of(name);
        if (!Files.exists(path)) {
            throw QuipuException.of(
                    BYTES + ", a tokenizer's file or a folder that holds one", "nothing", name, "check the path");
        }
        return Tokenizer.of(path);
    }
}
