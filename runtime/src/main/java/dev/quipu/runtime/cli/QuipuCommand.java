package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have: help, the streams, and mistakes in the call told apart from failures of the work. */
abstract class QuipuCommand implements Callable<Integer> {
    static final int SUCCESS = 0;
    static final int FAILURE = 1;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** The whole command line. */
    final List<String> arguments() {
        return spec.root().commandLine().getParseResult().expandedArgs();
    }

    /** Evaluates what an argument stands for; what is wrong with it is a mistake in the call. */
    final <T> T argument(Supplier<T> value) {
        try {
            return value.get();
        } catch (QuipuException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Refuses a number below the least that makes sense. */
    final int atLeast(int least, String option, int value) {
        return argument(() -> {
            if (value < least) {
                throw QuipuException.of("at least " + least, Integer.toString(value), option, "");
            }
            return value;
        });
    }
}
