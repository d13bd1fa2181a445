package dev.quipu.runtime.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import picocli.CommandLine;

/** One call of the command line, in this process. */
record Call(int exitCode, String output, String errors) {
    static Call of(String... arguments) {
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        CommandLine commandLine = Main.commandLine(arguments)
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true));
        int exitCode = Failures.execute(commandLine, arguments);
        return new Call(exitCode, output.toString(), errors.toString());
    }

    static Call of(Path folder, String command, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = command;
        all[1] = folder.toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return of(all);
    }
}
