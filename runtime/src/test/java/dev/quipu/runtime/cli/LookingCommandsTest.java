package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.text.GraphText;
import dev.quipu.dsl.text.PlannedGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that show what the compiler makes of a model: {@code graph} and {@code kernels}. */
class LookingCommandsTest {
    @TempDir
    private Path folder;

    private static String output(String... arguments) {
        Call call = Call.of(arguments);
        assertEquals(0, call.exitCode(), call::errors);
        return call.output();
    }

    /** 32 layers are one block. A token costs two operations for each of the 6.6G weights in products, and some attention. */
    @Test
    void sevenBillionParametersAreOnePage() {
        String graph = output("graph", "llama-7b", "--program", "logits", "--seq", "16");

        assertAll(
                () -> assertTrue(graph.contains("forward, layers.0-31 x 32:"), graph),
                () -> assertTrue(graph.lines().count() < 50, graph),
                () -> assertFalse(graph.contains("layers.1."), graph),
                () -> assertTrue(graph.contains("Llama.java:"), graph),
                () -> assertTrue(graph.endsWith("967 nodes, 212 GFLOP\n"), graph));
    }

    @ParameterizedTest
    @ValueSource(strings = {"traced", "differentiated", "planned", "scheduled"})
    void everyStageIsText(String stage) {
        String graph = output("graph", "llama-tiny", "--stage", stage);

        assertTrue(graph.startsWith("llama-tiny, program gradient, stage " + stage + "\n"), graph);
        assertTrue(graph.contains("layers.0-1 x 2:"), graph);
        assertEquals(!stage.equals("traced"), graph.contains("backward"), graph);
        assertEquals(stage.equals("scheduled"), graph.contains("memory: "), graph);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gradient", "loss", "logits", "update", "prefill", "decode"})
    void everyProgramIsText(String program) {
        assertTrue(output("graph", "llama-tiny", "--program", program, "--stage", "scheduled", "--verify")
                .contains("memory: "));
    }

    @Test
    void graphsAreDrawn() throws IOException {
        Path file = folder.resolve("graph.dot");

        assertEquals("", output("graph", "llama-tiny", "--stage", "planned", "--out", file.toString()));
        assertTrue(Files.readString(file).startsWith("digraph"), () -> "not DOT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"traced", "differentiated"})
    void graphsAreWrittenAsTheirExactText(String stage) throws IOException {
        Path file = folder.resolve("graph.txt");

        assertEquals("", output("graph", "llama-tiny", "--stage", stage, "--out", file.toString()));
        String text = Files.readString(file);
        assertEquals(text, GraphText.print(GraphText.parse(text)));
    }

    @ParameterizedTest
    @CsvSource({"planned, paper, false", "planned, saveAll, false", "scheduled, blocks, true", "scheduled, paper, true"
    })
    void plansAreWrittenAsTheirExactText(String stage, String plan, boolean hasMemory) throws IOException {
        Path file = folder.resolve("graph.txt");

        assertEquals("", output("graph", "llama-tiny", "--stage", stage, "--plan", plan, "--out", file.toString()));
        String text = Files.readString(file);
        PlannedGraph read = GraphText.parsePlanned(text);
        assertAll(
                () -> assertEquals(text, GraphText.print(read)),
                () -> assertEquals(plan, read.plan().name()),
                () -> assertEquals(hasMemory, read.plan().arena().isPresent()),
                () -> assertEquals(!plan.equals("saveAll"), text.contains(" recomputed 1 in layers.")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"planned", "scheduled"})
    void tablesSayWhatIsSavedAndWhatRunsAgain(String stage) {
        String blocks = output("graph", "llama-tiny", "--stage", stage, "--plan", "blocks");
        String logits = output("graph", "llama-tiny", "--stage", stage, "--program", "logits");

        assertAll(
                () -> assertTrue(blocks.contains("\nrecomputed, layers.0-1 x 2:\n"), blocks),
                () -> assertTrue(blocks.contains("] saved"), blocks),
                () -> assertTrue(blocks.contains("\nplan: blocks, 3 tensors of "), blocks),
                () -> assertFalse(logits.contains(" saved"), logits));
    }

    @Test
    void theLossRunsInChunksOfTheRowsThatWereAskedFor() {
        String three = output("graph", "llama-tiny", "--stage", "planned", "--seq", "16", "--loss-chunk", "6");
        String one = output("graph", "llama-tiny", "--stage", "planned", "--seq", "16", "--loss-chunk", "16");
        assertEquals(3, count(three, "crossEntropy crossEntropyBackward"), three);
        assertEquals(1, count(one, "crossEntropy crossEntropyBackward"), one);
        assertEquals(
                2, count(output("graph", "llama-tiny", "--stage", "planned", "--seq", "16"), "crossEntropyBackward"));
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void kernelsForGpusAreSourceToo() throws IOException {
        String kernels = output("kernels", "llama-tiny", "--seq", "16", "--target", "tornado", "--program", "loss");
        assertTrue(kernels.contains("public static void layers_attention_norm_rms_norm("), () -> "no kernel of a norm");
        assertTrue(kernels.contains("new TaskGraph(\"loss_1\")"), () -> "no task graph");
        assertTrue(kernels.contains("Llama.java:"), () -> "no line of the model");
    }

    @Test
    void kernelsAreSource() throws IOException {
        String kernels = output("kernels", "llama-tiny", "--seq", "16");
        assertTrue(kernels.contains("public final class layers_attention_norm_rms_norm"), () -> "no kernel of a norm");
        assertTrue(kernels.contains("Llama.java:"), () -> "no line of the model");

        String written = output("kernels", "llama-tiny", "--seq", "16", "--out", folder.toString());
        try (Stream<Path> files = Files.walk(folder)) {
            long sources =
                    files.filter(file -> file.toString().endsWith(".java")).count();
            assertTrue(written.startsWith(sources + " files in "), written);
        }
    }

    @Test
    void kernelsOfStoredWeightsReadThemAsTheyAre() {
        String kernels = output("kernels", "llama-tiny", "--program", "decode", "--weights", "int8");
        assertTrue(kernels.contains("Scaled("), () -> "no product with int8");
    }

    @ParameterizedTest
    @CsvSource({
        "--weights=int8, 'quipu: weights: expected f32, found int8; training changes them in f32'",
        "--weights=int8 --program=decode --target=tornado,"
                + " 'quipu: --weights: expected f32, found int8; GPU kernels read no other'",
        "--weights=int7 --program=decode, 'quipu: expected a type of weights, found ''int7''; did you mean int8?'"
    })
    void whatNoProgramReadsIsRefused(String options, String line) {
        Call call = Call.of(Stream.concat(Stream.of("kernels", "llama-tiny"), Stream.of(options.split(" ")))
                .toArray(String[]::new));
        assertAll(
                () -> assertEquals(2, call.exitCode(), call::output),
                () -> assertTrue(call.errors().startsWith(line), call::errors));
    }
}
