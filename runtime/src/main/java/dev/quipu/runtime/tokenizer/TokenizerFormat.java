package dev.quipu.runtime.tokenizer;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A kind of file that holds a tokenizer.
 *
 * @param file the name that such a file has in a model folder
 * @param ending how the names of such files end elsewhere
 * @param open reads one; what is damaged it refuses with a {@link QuipuException}
 */
record TokenizerFormat(String file, String ending, Function<Path, Tokenizer> open) {
    /** All that are known; of several in one folder, and for one file of several that could be, the first is taken. */
    private static final List<TokenizerFormat> ALL =
            List.of(new TokenizerFormat(ByteTokenizer.FILE, ByteTokenizer.FILE, ByteTokenizer::open));

    /** The tokenizer of a model folder. */
    static Tokenizer load(Path folder) {
        for (TokenizerFormat format : ALL) {
            Path file = folder.resolve(format.file);
            if (Files.isRegularFile(file)) {
                return format.open.apply(file);
            }
        }
        throw QuipuException.of("a tokenizer (" + names() + ")", "none", folder.toString(), "check the path");
    }

    /** The tokenizer of a file. */
    static Tokenizer open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw QuipuException.of("a tokenizer's file", "nothing", file.toString(), "check the path");
        }
        String name = file.getFileName().toString();
        for (TokenizerFormat format : ALL) {
            if (name.endsWith(format.ending)) {
                return format.open.apply(file);
            }
        }
        throw QuipuException.of(
                "a tokenizer's file (" + names() + ")", "another name", file.toString(), "its name tells what it holds");
    }

    private static String names() {
        return ALL.stream().map(TokenizerFormat::file).collect(Collectors.joining(", "));
    }
}
