package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.DocumentEncoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "encode", description = "Prints the token ids of a text.")
final class EncodeCommand extends QuipuCommand {
    private static final String STANDARD_INPUT = "-";

    @Parameters(
            arity = "1..*",
            paramLabel = "TEXT",
            description = "The text; several words are joined by spaces. - reads standard input.")
    private List<String> text;

    @Mixin
    private TokenizerArgument argument;

    @Option(
            names = "--specials",
            description = "Takes the names of special tokens in the text for those tokens; otherwise they are text.")
    private boolean specials;

    @Option(names = "--pieces", description = "Prints a line for each token: its id and its piece.")
    private boolean pieces;

    @Option(names = "--json", description = "Prints one JSON object with ids and pieces.")
    private boolean json;

    @Override
    public Integer call() {
        Tokenizer tokenizer = argument(argument::tokenizer);
        int[] ids = argument(() -> {
            String input = text.equals(List.of(STANDARD_INPUT)) ? standardInput() : String.join(" ", text);
            return specials ? tokenizer.encodeWithSpecials(input) : DocumentEncoder.encode(tokenizer, input);
        });
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("ids", ids);
            values.put("pieces", Arrays.stream(ids).mapToObj(tokenizer::piece).toList());
            out().println(JsonMapper.shared().writeValueAsString(values));
        } else if (pieces) {
            Arrays.stream(ids).forEach(id -> out().println(id + "\t" + tokenizer.piece(id)));
        } else {
            out().println(Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
        }
        return SUCCESS;
    }

    private static String standardInput() {
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QuipuException("standard input: expected text, found " + e.getMessage(), e);
        }
    }
}
