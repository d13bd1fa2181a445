package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.SafetensorsWriter;
import dev.quipu.runtime.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ParityCommandTest {
    private static final String CHANGED = "grad.model.layers.0.mlp.up_proj.weight";

    @TempDir
    private Path folder;

    static Stream<Arguments> cases() {
        return GoldenModel.FOLDERS.stream()
                .flatMap(name -> Stream.of(Arguments.of(name, "jvm"), Arguments.of(name, "reference")));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void goldenModelsAgree(String name, String device) {
        Call call = Call.of(GoldenModel.open(name).folder(), "parity", "--device", device, "--json");

        assertEquals(0, call.exitCode(), () -> call.output() + call.errors());
        JsonNode result = JsonMapper.shared().readTree(call.output());
        assertAll(
                () -> assertEquals(device, result.path("device").asString()),
                () -> assertEquals(0, result.path("outside").size()),
                () -> assertTrue(result.path("largest").asDouble() <= 1e-4));
    }

    @Test
    void everyTensorOutsideTheToleranceHasALine() throws IOException {
        Path model = GoldenModel.open("llama-tiny").folder();
        Path changed = change(model.resolve("case.safetensors"));

        Call call = Call.of(model, "parity", "--device", "reference", "--case", changed.toString());

        List<String> lines = call.output().lines().toList();
        assertAll(
                () -> assertEquals(1, call.exitCode()),
                () -> assertEquals(2, lines.size(), call.output()),
                () -> assertTrue(lines.get(0).endsWith("  " + CHANGED), lines.get(0)),
                () -> assertTrue(
                        lines.get(1)
                                .startsWith("22 of 23 tensors within 1.0e-04 on reference; the largest difference is "),
                        lines.get(1)));
    }

    /** The same case with one gradient's first element moved. */
    private Path change(Path file) throws IOException {
        Path changed = folder.resolve("case.safetensors");
        try (SafetensorsFile reference = SafetensorsFile.open(file);
                Arena arena = Arena.ofConfined()) {
            List<StoredTensor> tensors = new ArrayList<>(reference.tensors().values());
            StoredTensor gradient = reference.tensor(CHANGED);
            MemorySegment copy = arena.allocate(gradient.data().byteSize(), Float.BYTES);
            gradient.copyFloatsTo(copy);
            copy.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
            tensors.remove(gradient);
            tensors.add(StoredTensor.ofFloats(CHANGED, gradient.shape(), copy));
            SafetensorsWriter.write(changed, tensors, Map.of());
        }
        return changed;
    }
}
