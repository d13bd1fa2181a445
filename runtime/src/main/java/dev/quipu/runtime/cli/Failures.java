package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user sees of failures: one line, and a stack trace only for {@code --debug}. */
final class Failures {
    private static final int OF_WORK = 1;
    private static final int OF_CALL = 2;

    private Failures() {}

    /** Runs a command line; our own mistakes and the JVM's limits, which picocli lets through, get a line too. */
    static int execute(CommandLine commandLine, String... arguments) {
        try {
            return commandLine.execute(arguments);
        } catch (Error e) {
            return report(e, line(e), commandLine, OF_WORK);
        }
    }

    /** A failure of the work: exit code 1. */
    static int ofWork(Exception failure, CommandLine commandLine, ParseResult parsed) {
        return report(failure, line(failure), commandLine, OF_WORK);
    }

    /** A mistake in the call: exit code 2. */
    static int ofCall(ParameterException mistake, String[] arguments) {
        CommandSpec spec = mistake.getCommandLine().getCommandSpec();
        String message = mistake instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched, spec)
                : mistake.getMessage();
        String line = message.contains("\n") ? message : message + " (see ./" + spec.qualifiedName() + " --help)";
        return report(mistake, line, mistake.getCommandLine(), OF_CALL);
    }

    private static int report(Throwable failure, String line, CommandLine commandLine, int exitCode) {
        PrintWriter errors = commandLine.getErr();
        errors.println("quipu: " + line);
        if (commandLine.getCommandSpec().root().userObject() instanceof Main main && main.isDebugging()) {
            failure.printStackTrace(errors);
        }
        errors.flush();
        return exitCode;
    }

    private static String line(Throwable failure) {
        return switch (failure) {
            case QuipuException mistake -> mistake.getMessage();
            case IOException io -> FileFailure.reason(io);
            case OutOfMemoryError full -> "the Java heap is full; use a smaller model, or -Xmx in JAVA_TOOL_OPTIONS";
            default ->
                firstLine(failure)
                        + userLine(failure)
                                .map(place -> " at " + place)
                                .orElse("; a mistake of Quipu's: please report it with what --debug prints");
        };
    }

    private static String firstLine(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        return failure.getMessage() == null
                ? name
                : name + ": " + failure.getMessage().lines().findFirst().orElse("");
    }

    /** The place of a failure that came from a user's own model and not from Quipu. */
    private static Optional<String> userLine(Throwable failure) {
        return Stream.of(failure.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("java."))
                .findFirst()
                .filter(frame -> !frame.getClassName().startsWith("dev.quipu.")
                        && !frame.getClassName().startsWith("jdk."))
                .map(frame -> frame.getFileName() + ":" + frame.getLineNumber());
    }

    private static String unknown(UnmatchedArgumentException mistake, CommandSpec spec) {
        String wanted = mistake.getUnmatched().getFirst();
        Map<String, ?> commands = spec.subcommands();
        if (wanted.startsWith("-")) {
            String name = wanted.replaceFirst("=.*", "");
            return NearestNames.unknown(
                            "an option of " + spec.qualifiedName(),
                            name,
                            spec.optionsMap().keySet())
                    .getMessage();
        }
        return commands.isEmpty()
                ? spec.qualifiedName() + ": expected no further argument, found '" + wanted + "'"
                : NearestNames.unknown("a command", wanted, commands.keySet()).getMessage();
    }
}
