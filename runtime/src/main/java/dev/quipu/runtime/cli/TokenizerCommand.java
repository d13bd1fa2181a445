package dev.quipu.runtime.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "tokenizer",
        description = "Turns text into token ids and back; trains tokenizers.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {EncodeCommand.class, DecodeCommand.class, TokenizerTrainCommand.class})
final class TokenizerCommand extends QuipuCommand {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command, one of "
                        + String.join(", ", spec.subcommands().keySet()));
    }
}
