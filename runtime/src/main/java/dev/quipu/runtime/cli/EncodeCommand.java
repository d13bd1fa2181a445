package dev.quipu.runtime.cli;

import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "encode", description = "Prints the token ids of a text.")
final class EncodeCommand extends QuipuCommand {
    @Parameters(arity = "1..*", paramLabel = "TEXT", description = "The text; several words are joined by spaces.")
    private List<String> text;

    @Mixin
    private TokenizerArgument argument;

    @Override
    public Integer call() {
        Tokenizer tokenizer = argument(argument::tokenizer);
        out().println(Arrays.stream(tokenizer.encode(String.join(" ", text)))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" ")));
        return SUCCESS;
    }
}
