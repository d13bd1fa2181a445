package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @Test
    void versionNamesQuipu() {
        Call call = Call.of("--version");

        assertEquals(0, call.exitCode());
        assertTrue(call.output().startsWith("quipu "), call.output());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sample",
                "eval",
                "graph",
                "plan",
                "kernels",
                "bench",
                "check",
                "parity",
                "probe",
                "chart",
                "tokenizer",
                "doctor"
            })
    void everyCommandHasHelp(String command) {
        assertTrue(Call.of("--help").output().contains("  " + command + " "), command);

        Call help = Call.of(command, "--help");
        assertEquals(0, help.exitCode());
        assertTrue(help.output().startsWith("Usage: quipu " + command), help.output());
    }

    @Test
    void onlyDebugShowsStackTraces() {
        String[] mistake = {"parity", "no/such/folder"};

        assertFalse(Call.of(mistake).errors().contains("\tat "));
        assertTrue(Call.of("parity", "no/such/folder", "--debug").errors().contains("\tat dev.quipu."));
    }
}
