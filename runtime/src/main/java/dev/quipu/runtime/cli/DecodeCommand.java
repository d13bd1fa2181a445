package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "decode", description = "Prints the text of token ids.")
final class DecodeCommand extends QuipuCommand {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids, with spaces or commas between them.")
    private List<String> ids;

    @Mixin
    private TokenizerArgument argument;

    @Option(names = "--json", description = "Prints one JSON object with the text.")
    private boolean json;

    @Override
    public Integer call() {
        Tokenizer tokenizer = argument(argument::tokenizer);
        String text = argument(() -> tokenizer.decode(ids(String.join(" ", ids))));
        out().println(json ? JsonMapper.shared().writeValueAsString(Map.of("text", text)) : text);
        return SUCCESS;
    }

    private static int[] ids(String text) {
        return Arrays.stream(text.strip().split("[\\s,]+"))
                .mapToInt(DecodeCommand::id)
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
