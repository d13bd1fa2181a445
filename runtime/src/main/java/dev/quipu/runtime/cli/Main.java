package dev.quipu.runtime.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line {@code ./quipu}: one sub-command per thing the library can do. */
@Command(
        name = "quipu",
        description = "A compiler for language models in Java.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.ManifestVersion.class)
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    /**
     * Runs the command line and ends the process with its exit code: 0 for success, 1 for a failure of the work,
     * 2 for a mistake in the call.
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command");
    }

    /** The version that Maven wrote into the jar's manifest; classes run from a folder have none. */
    static final class ManifestVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"quipu " + Objects.requireNonNullElse(version, "(unpackaged)")};
        }
    }
}
