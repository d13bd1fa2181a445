package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "decode", description = "Prints the text of token ids.")
final class DecodeCommand extends QuipuCommand {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids, with spaces or commas between them.")
    private List<String> ids;

    @Mixin
    private TokenizerArgument argument;

    @Override
    public Integer call() {
        Tokenizer tokenizer = argument(argument::tokenizer);
        out().println(argument(() -> tokenizer.decode(ids(String.join(" ", ids)))));
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
