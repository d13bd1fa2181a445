package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quipu.compiler.Compiler;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.jvm.Species;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The steps of golden models by kernels with narrower vectors than the processor has. */
class GoldenSpeciesTest {
    /** One of the project's own, and one with grouped heads and a window. */
    private static final List<String> FOLDERS = List.of("llama-tiny", "mistral-window");

    private static final int AVX2_LANES = 8;

    static Stream<Arguments> models() {
        return Species.narrower().stream().flatMap(lanes -> FOLDERS.stream().map(folder -> arguments(lanes, folder)));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("models")
    void replaysTheSteps(int lanes, String folder) {
        try (Device device = Species.device(2, lanes)) {
            new GoldenSteps(GoldenModel.open(folder), Compiler.verifying(), 1e-4, 1e-3).replay(device);
        }
    }

    /** Not only what is printed is another: the JIT has 16 registers of 256 bits then. */
    @Test
    void replaysThemWhereTheProcessorHasNoMoreThanAvx2() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Species.narrower().contains(AVX2_LANES), "only a processor with 512 bits can do as if it had not");
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + root.resolve("config/jvm.args"),
                        "-XX:UseAVX=2",
                        "-Dquipu.root=" + root,
                        "-classpath",
                        System.getProperty("java.class.path"),
                        GoldenSpeciesProcess.class.getName(),
                        FOLDERS.getFirst())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("8 floats"), output);
        assertTrue(
                output.contains("-Dquipu.lanes: expected at most 8, the floats in a vector of this processor under the"
                        + " JVM's flags, found 16"),
                output);
    }
}
