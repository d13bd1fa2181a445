package dev.quipu.runtime.cli;

import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line {@code ./quipu}: one sub-command per thing the library can do. */
@Command(name = "quipu", description = "A compiler for language models in Java.", synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    /** The commands, in the order in which help lists them. */
    private static final List<String> COMMANDS = List.of(
            "train",
            "sample",
            "score",
            "eval",
            "graph",
            "plan",
            "kernels",
            "bench",
            "check",
            "parity",
            "probe",
            "chart",
            "convert",
            "merge",
            "tokenizer",
            "doctor");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            description = "Prints name and version.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Prints the stack trace of a failure.")
    private boolean debug;

    /**
     * Runs the command line and ends the process with its exit code: 0 for success, 1 for a failure of the work,
     * 2 for a mistake in the call.
     */
    public static void main(String[] arguments) {
        if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
            System.out.println(version()); // before anything else is loaded: scripts ask for it often
            return;
        }
        CommandLine commandLine =
                commandLine(arguments).setOut(StandardStreams.output()).setErr(StandardStreams.errors());
        System.exit(Failures.execute(commandLine, arguments));
    }

    /** The command line for these arguments: with the one command that they name, or with all. */
    static CommandLine commandLine(String... arguments) {
        CommandLine commandLine = new CommandLine(new Main());
        List<String> named = arguments.length > 0 && COMMANDS.contains(arguments[0]) ? List.of(arguments[0]) : COMMANDS;
        named.forEach(name -> commandLine.addSubcommand(name, command(name)));
        return commandLine
                .setExecutionExceptionHandler(Failures::ofWork)
                .setParameterExceptionHandler(Failures::ofCall);
    }

    /** One at a time, so that a command's start loads no other command's classes. */
    private static Object command(String name) {
        return switch (name) {
            case "train" -> new TrainCommand();
            case "sample" -> new SampleCommand();
            case "score" -> new ScoreCommand();
            case "eval" -> new EvalCommand();
            case "graph" -> new GraphCommand();
            case "plan" -> new PlanCommand();
            case "kernels" -> new KernelsCommand();
            case "bench" -> new BenchCommand();
            case "check" -> new CheckCommand();
            case "parity" -> new ParityCommand();
            case "probe" -> new ProbeCommand();
            case "chart" -> new ChartCommand();
            case "convert" -> new ConvertCommand();
            case "merge" -> new MergeCommand();
            case "tokenizer" -> new TokenizerCommand();
            case "doctor" -> new DoctorCommand();
            default -> throw new AssertionError(name);
        };
    }

    boolean isDebugging() {
        return debug;
    }

    @Override
    public void run() {
        if (!version) {
            throw new ParameterException(
                    spec.commandLine(), "expected a command, one of " + String.join(", ", COMMANDS));
        }
        spec.commandLine().getOut().println(version());
    }

    /** Name and version; Maven wrote it into the jar's manifest, and classes run from a folder have none. */
    static String version() {
        return "quipu "
                + Objects.requireNonNullElse(Main.class.getPackage().getImplementationVersion(), "(unpackaged)");
    }
}
