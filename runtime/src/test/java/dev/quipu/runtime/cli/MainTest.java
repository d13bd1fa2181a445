package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new Main())
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    @Test
    void versionNamesQuipu() {
        assertEquals(0, run("--version"));
        assertTrue(output.toString().startsWith("quipu "), output.toString());
    }

    @Test
    void unknownOptionIsAMistakeInTheCall() {
        assertEquals(2, run("--nonsense"));
        assertTrue(errors.toString().contains("--nonsense"), errors.toString());
    }
}
