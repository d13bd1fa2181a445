package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.onednn.OneDnn;
import dev.quipu.runtime.onednn.RoundedProducts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code --precision}, in all commands that have it. */
class PrecisionOptionsTest {
    @TempDir
    private Path folder;

    private Call call(String line) throws IOException {
        Path text =
                Files.writeString(folder.resolve("text.txt"), "Knots, cords and colours hold a graph.\n".repeat(40));
        String golden = GoldenModel.open("llama-tiny").folder().toString();
        return Call.of(line.replace("TEXT", text.toString())
                .replace("FOLDER", folder.toString())
                .replace("GOLDEN", golden)
                .split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train llama-tiny --data TEXT --out FOLDER/run --steps 1 --batch 1 --seq 8",
                "bench llama-tiny --steps 1 --batch 1 --seq 8",
                "parity GOLDEN",
                "eval GOLDEN --data TEXT --tokenizer bytes --cache FOLDER/cache",
                "plan llama-tiny --measure 1",
                "sample GOLDEN --tokenizer bytes --prompt a --max-tokens 1",
                "score GOLDEN --tokenizer bytes --text abc",
                "bench llama-tiny --decode --seq 8 --steps 1 --warmup 1",
            })
    void aDeviceThatHasItNotRefuses(String command) throws IOException {
        Call call = call(command + " --precision tf32");
        assertEquals(2, call.exitCode(), call.output() + call.errors());
        String found = OneDnn.isHere() ? "f32 or bf16" : "f32";
        String refusal = "--precision: expected " + found + ", found tf32; the jvm device has no other";
        assertTrue(call.errors().startsWith("quipu: " + refusal), call.errors());
        assertTrue(Files.notExists(folder.resolve("run")), "a run that never began");
    }

    @ParameterizedTest
    @CsvSource({
        "bench llama-tiny --device reference --precision tf32, "
                + "'--precision: expected f32 or bf16, found tf32; the reference device has no other'",
        "sample GOLDEN --precision bf16, '--weights: expected bf16 or int8, with --precision bf16, found f32; '",
        "score GOLDEN --text abc --precision bf16, '--weights: expected bf16 or int8, with --precision bf16, found"
                + " f32'",
        "bench llama-tiny --decode --precision bf16, '--weights: expected bf16 or int8, with --precision bf16, found'",
        "bench llama-tiny --decode --precision tf32 --weights int8, "
                + "'precision: expected f32 or bf16 beside int8 weights, found tf32; '",
        "graph llama-tiny --precision fp8, 'expected a precision, found ''fp8'''",
        "kernels llama-tiny --precision tf32, "
                + "'precision of kernels for the JVM: expected f32 or bf16, found tf32; they have no other'",
    })
    void mistakesInTheCall(String command, String line) throws IOException {
        Call call = call(command);
        assertEquals(2, call.exitCode(), call.output() + call.errors());
        assertTrue(call.errors().startsWith("quipu: " + line), call.errors());
    }

    @Test
    void graphsAndPlansShowTheCasts() throws IOException {
        Call graph = call("graph llama-tiny --stage planned --precision bf16");
        assertEquals(0, graph.exitCode(), graph.errors());
        assertTrue(graph.output().contains("bf16"), graph.output());
        Call plain = call("plan llama-tiny --batch 8 --json");
        Call rounded = call("plan llama-tiny --batch 8 --precision bf16 --json");
        assertEquals(0, rounded.exitCode(), rounded.errors());
        assertTrue(!plain.output().equals(rounded.output()), "a plan of other bytes");
    }

    @Test
    void kernelsShowWhoMultiplies() throws IOException {
        Call kernels = call("kernels llama-tiny --precision bf16");
        assertEquals(0, kernels.exitCode(), kernels.errors());
        assertTrue(kernels.output().contains("product.multiply("), kernels.output());
    }

    @Test
    void theJvmDeviceMultipliesRoundedFactors() throws IOException {
        RoundedProducts.assumeHere();
        Call parity = call("parity GOLDEN --precision bf16 --tolerance 2e-2 --json");
        assertEquals(0, parity.exitCode(), parity.errors());
        assertTrue(json(parity).path("largest").asDouble() > 1e-5, parity.output());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "int8"})
    void finishedModelsMultiplyRoundedFactors(String weights) throws IOException {
        RoundedProducts.assumeHere();
        Call bench = call(
                "bench llama-tiny --decode --seq 40 --steps 1 --warmup 1 --precision bf16 --json --weights " + weights);
        assertEquals(0, bench.exitCode(), bench.errors());
        assertEquals("bf16", json(bench).path("precision").asString());
        assertEquals(weights, json(bench).path("weights").asString());
    }

    @Test
    void whatIsMeasuredIsRounded() throws IOException {
        Call bench = call("bench llama-tiny --device reference --precision bf16 --batch 1 --seq 4 --steps 1 --warmup 0"
                + " --json");
        assertEquals(0, bench.exitCode(), bench.errors());
        assertEquals("bf16", json(bench).path("precision").asString());
        Call parity = call("parity GOLDEN --device reference --precision bf16 --tolerance 2e-2 --json");
        assertEquals(0, parity.exitCode(), parity.errors());
        assertTrue(json(parity).path("largest").asDouble() > 1e-5, parity.output());
    }

    @Test
    void aRunGoesOnAsItBegan() throws IOException {
        Call begun = call("train llama-tiny --data TEXT --out FOLDER/run --steps 2 --batch 1 --seq 8 --device reference"
                + " --sample-every 0 --precision bf16");
        assertEquals(0, begun.exitCode(), begun.errors());
        JsonNode settings = JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("run/training.json")))
                .findValue("precision");
        assertEquals("bf16", settings.asString());
        String eval = "eval FOLDER/run --data TEXT --cache FOLDER/cache --device reference --json";
        double exact = json(call(eval)).path("loss").asDouble();
        double near = json(call(eval + " --precision bf16")).path("loss").asDouble();
        assertEquals(exact, near, 2e-2 * exact);
        assertNotEquals(exact, near, "rounded");
        Call other = call("train --resume FOLDER/run --precision f32");
        assertEquals(2, other.exitCode());
        assertTrue(
                other.errors()
                        .startsWith("quipu: --precision of a resumed run: expected bf16, as the run began, found f32"),
                other.errors());
    }

    private static JsonNode json(Call call) {
        return JsonMapper.shared().readTree(call.output());
    }
}
