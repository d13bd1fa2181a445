package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "tokenizer", description = "Turns text into token ids, or ids into text.")
final class TokenizerCommand extends QuipuCommand {
    private static final String BYTES = "bytes";

    @Parameters(index = "0", paramLabel = "encode|decode", description = "What to do.")
    private String direction;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "TEXT", description = "The text, or the ids.")
    private List<String> text;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            defaultValue = BYTES,
            description = "bytes (default), or a model folder that holds a tokenizer.")
    private String name;

    @Override
    public Integer call() {
        Tokenizer tokenizer = argument(() -> tokenizer(name));
        String input = String.join(" ", text);
        switch (direction) {
            case "encode" ->
                out().println(Arrays.stream(tokenizer.encode(input))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" ")));
            case "decode" -> out().println(argument(() -> tokenizer.decode(ids(input))));
            default ->
                argument(() -> {
                    throw NearestNames.unknown("encode or decode", direction, List.of("encode", "decode"));
                });
        }
        return SUCCESS;
    }

    private static Tokenizer tokenizer(String name) {
        if (name.equals(BYTES)) {
            return new ByteTokenizer();
        }
        Path path = Path.of(name);
        if (!Files.exists(path)) {
            throw QuipuException.of(BYTES + " or a model folder", "nothing", name, "check the path");
        }
        return Tokenizer.load(path);
    }

    private static int[] ids(String text) {
        return Arrays.stream(text.strip().split("[\\s,]+"))
                .mapToInt(TokenizerCommand::id)
                .toArray();
    }

    private static int id(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new QuipuException("tokenizer: expected token ids, found '" + word + "'", e);
        }
    }
}
