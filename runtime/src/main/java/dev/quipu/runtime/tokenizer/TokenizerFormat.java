package dev.quipu.runtime.tokenizer;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.bpe.BpeTokenizer;
import dev.quipu.runtime.tokenizer.gguf.GgufVocabulary;
import dev.quipu.runtime.tokenizer.sentencepiece.Llama2cTokenizerFile;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A kind of file that holds a tokenizer.
 *
 * @param file the name that such a file has in a model folder
 * @param names which names such files have elsewhere
 * @param open reads one; what is damaged it refuses with a {@link QuipuException}
 */
record TokenizerFormat(String file, Pattern names, Function<Path, Tokenizer> open) {
    /** All that are known; of several in one folder, and for one file of several that could be, the first is taken. */
    private static final List<TokenizerFormat> ALL = List.of(
            of(ByteTokenizer.FILE, Pattern.quote(ByteTokenizer.FILE), ByteTokenizer::open),
            of("tokenizer.json", ".*tokenizer\\.json", BpeTokenizer::open),
            of("vocab.json", ".*vocab\\.json", BpeTokenizer::openVocabulary),
            of(SentencePieceTokenizer.FILE, ".*\\.model(\\.v\\d+)?", SentencePieceTokenizer::open),
            of(Llama2cTokenizerFile.FILE, ".*\\.bin", SentencePieceTokenizer::openLlama2c),
            of("vocabulary.gguf", ".*\\.gguf", GgufVocabulary::open));

    private static TokenizerFormat of(String file, String names, Function<Path, Tokenizer> open) {
        return new TokenizerFormat(file, Pattern.compile(names), open);
    }

    /** The tokenizer of a model folder. */
    static Tokenizer load(Path folder) {
        for (TokenizerFormat format : ALL) {
            Path file = folder.resolve(format.file);
            if (Files.isRegularFile(file)) {
                return format.open.apply(file);
            }
        }
        throw QuipuException.of("a tokenizer (" + known() + ")", "none", folder.toString(), "check the path");
    }

    static boolean isIn(Path folder) {
        return ALL.stream().anyMatch(format -> Files.isRegularFile(folder.resolve(format.file)));
    }

    /** The tokenizer of a file. */
    static Tokenizer open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw QuipuException.of("a tokenizer's file", "nothing", file.toString(), "check the path");
        }
        String name = file.getFileName().toString();
        for (TokenizerFormat format : ALL) {
            if (format.names.matcher(name).matches()) {
                return format.open.apply(file);
            }
        }
        throw QuipuException.of(
                "a tokenizer's file (" + known() + ")",
                "another name",
                file.toString(),
                "its name tells what it holds");
    }

    private static String known() {
        return ALL.stream().map(TokenizerFormat::file).collect(Collectors.joining(", "));
    }
}
