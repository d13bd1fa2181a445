package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.model.OwnModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where the time of a step goes, on the command line. */
class BenchCommandTest {
    @TempDir
    private Path folder;

    private static Call bench(String... options) {
        List<String> call = new ArrayList<>(
                List.of("bench", OwnModel.class.getName(), "--batch", "2", "--seq", "8", "--steps", "4"));
        call.addAll(List.of("--warmup", "1"));
        call.addAll(List.of(options));
        return Call.of(call.toArray(String[]::new));
    }

    @Test
    void jsonHasTheWholeRoofline() {
        Path trace = folder.resolve("trace.json");
        Call call = bench("--json", "--trace", trace.toString());
        assertEquals(0, call.exitCode(), call.errors());
        JsonNode result = JsonMapper.shared().readTree(call.output());
        JsonNode kinds = result.path("kinds");
        double launches = kinds.valueStream()
                .mapToDouble(kind -> kind.path("millis").asDouble())
                .sum();
        double least = kinds.valueStream()
                .mapToDouble(kind -> kind.path("leastMillis").asDouble())
                .sum();
        assertAll(
                () -> assertTrue(result.path("ceilings").path("flopsPerSecond").asDouble() > 0),
                () -> assertTrue(
                        result.path("ceilings").path("readBytesPerSecond").asDouble() > 0),
                () -> assertTrue(
                        result.path("ceilings").path("copyBytesPerSecond").asDouble() > 0),
                () -> assertEquals(
                        least, result.path("roofline").path("stepMillis").asDouble(), 1e-9),
                () -> assertEquals(
                        least / (launches + result.path("gapMillis").asDouble()),
                        result.path("roofline").path("share").asDouble(),
                        1e-9),
                () -> assertTrue(kinds.valueStream()
                        .anyMatch(kind -> kind.path("kind").asString().equals("optimizer"))),
                () -> assertEquals(10, result.path("kernels").size()),
                () -> assertTrue(JsonMapper.shared()
                                .readTree(trace.toFile())
                                .path("traceEvents")
                                .size()
                        > 10));
    }

    @Test
    void aLineAndTheKindsAndOnDemandTheKernels() {
        Call call = bench("--profile", "--verbose");
        assertTrue(
                Pattern.compile("the first step begins after .* weights .* programs .* sources .* classes ")
                        .matcher(call.errors())
                        .find(),
                call.errors());
        String tables = call.output();
        assertTrue(tables.contains("tokens/s"), tables);
        assertTrue(tables.contains("of ceiling"), tables);
        assertTrue(tables.contains("furthest from the ceiling"), tables);
    }

    @Test
    void narrowerWeightsAreFewerBytesAToken() {
        double before = Double.MAX_VALUE;
        for (String weights : List.of("f32", "bf16", "int8")) {
            String command =
                    "bench llama-tiny --decode --batch 2 --seq 8 --steps 2 --warmup 1 --json --weights " + weights;
            Call call = Call.of(command.split(" "));
            assertEquals(0, call.exitCode(), call.errors());
            JsonNode result = JsonMapper.shared().readTree(call.output());
            assertEquals(weights, result.path("weights").asString());
            double bytes = result.path("weightBytes").asDouble();
            double seconds = result.path("stepMillis").asDouble() / 1e3;
            assertTrue(bytes > 0 && bytes < before, call.output());
            assertEquals(bytes / seconds, result.path("weightBytesPerSecond").asDouble(), 1e-3 * bytes / seconds);
            assertEquals(2 / seconds, result.path("tokensPerSecond").asDouble(), 1e-3 * 2 / seconds);
            before = bytes;
        }
    }

    @Test
    void otherDevicesHaveTimesAndNoCeilings() {
        String tables = bench("--device", "reference", "--profile").output();
        assertTrue(tables.contains("slowest kernels"), tables);
        assertFalse(tables.contains("ceiling"), tables);
        Call json = bench("--device", "reference", "--json");
        assertFalse(json.output().contains("kinds"), json.output());
    }

    @Test
    void whatCannotBeTracedIsRefused() {
        Path trace = folder.resolve("trace.json");
        Call call = bench("--device", "reference", "--trace", trace.toString());
        assertEquals(2, call.exitCode());
        assertTrue(call.errors().contains("--trace: expected the jvm device, found reference"), call.errors());
        assertFalse(Files.exists(trace));
    }

    @Test
    void aTraceThatCouldNotBeWrittenIsRefusedAtOnce() {
        Path trace = folder.resolve("missing").resolve("trace.json");
        Call call = bench("--trace", trace.toString());
        assertEquals(2, call.exitCode());
        assertTrue(call.errors().contains("--trace: expected a file in a folder that exists"), call.errors());
    }

    @Test
    void everyVariantHasARow() {
        Call call = Call.of(
                "bench llama-tiny --steps 1 --warmup 0 --vary seq=4,8 --vary num_hidden_layers=2,1 --batch 1 --json"
                        .split(" "));
        assertEquals(0, call.exitCode(), call.errors());
        JsonNode variants = JsonMapper.shared().readTree(call.output()).path("variants");
        assertEquals(2, variants.size());
        assertAll(
                () -> assertEquals(
                        "{\"seq\":\"4\",\"num_hidden_layers\":\"2\"}",
                        variants.get(0).path("variant").toString()),
                () -> assertEquals(4, variants.get(0).path("sequence").asInt()),
                () -> assertEquals(8, variants.get(1).path("sequence").asInt()),
                () -> assertTrue(launches(variants.get(0)) > launches(variants.get(1)), "a layer more"),
                () -> assertTrue(
                        variants.get(0).path("start").path("compileMillis").asDouble() > 0),
                () -> assertTrue(
                        variants.get(0).path("start").path("memoryMillis").asDouble() > 0));
        JsonNode first = variants.get(0);
        String table = new BenchVariants(
                        List.of(Map.of("seq", "4"), Map.of("seq", "8")), List.of(first, variants.get(1)))
                .text();
        assertTrue(table.startsWith("seq  tokens/s"), table);
        assertEquals(3, table.lines().count(), table);
    }

    private static int launches(JsonNode result) {
        return result.path("kinds")
                .valueStream()
                .mapToInt(kind -> kind.path("launches").asInt())
                .sum();
    }

    @Test
    void aCommandThatFailsInItsOwnProcessIsALine() {
        QuipuException failure = assertThrows(QuipuException.class, () -> OwnProcess.output(List.of("benhc")));
        assertTrue(failure.getMessage().startsWith("./quipu benhc: expected success, found"), failure.getMessage());
        assertTrue(failure.getMessage().contains("did you mean bench?"), failure.getMessage());
    }

    @Test
    void theProcessIsLargerThanWhatTheProgramsNeed() {
        JsonNode result = JsonMapper.shared().readTree(bench("--json").output());
        if (result.has("residentBytes")) { // where the system tells
            assertTrue(
                    result.path("residentBytes").asLong()
                            > result.path("peakBytes").asLong(),
                    result.toString());
        }
    }
}
