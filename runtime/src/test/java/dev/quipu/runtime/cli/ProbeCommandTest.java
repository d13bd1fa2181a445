package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.checkpoint.Checkpoint;
import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.data.StreamPosition;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.model.OwnModel;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProbeCommandTest {
    @TempDir
    private static Path temporary;

    private static final Model MODEL = new OwnModel();

    @BeforeAll
    static void saveRuns() {
        save("one", state -> {});
        save("same", state -> {});
        save("weights", state -> state.get("output.weight").setFloat(9, 2));
        save("moments", state -> state.get("adam.v.embedding.weight").setFloat(3, 0.5f));
        save("broken", state -> state.get("embedding.weight").setFloat('b' * 4 + 1, Float.NaN));
    }

    /** A run's folder, which holds the model and the optimizer's moments. */
    private static void save(String name, Consumer<State> change) {
        try (State state = new State()) {
            state.initialise(Trace.parameters(MODEL), 3);
            Map<String, Type> moments = new LinkedHashMap<>();
            Trace.parameters(MODEL).forEach((parameter, declared) -> {
                moments.put(AdamW.firstMoment(parameter), new Type(DType.F32, declared.shape()));
                moments.put(AdamW.secondMoment(parameter), new Type(DType.F32, declared.shape()));
            });
            state.allocate(moments);
            change.accept(state);
            TrainingState progress =
                    new TrainingState(1, new StreamPosition(0, 0), 1, 1, 1, new LinkedHashMap<>(Map.of("lr", "1")));
            AtomicFolder.replace(
                    temporary.resolve(name),
                    folder -> Checkpoint.write(folder, MODEL, new ByteTokenizer(), state, progress));
        }
    }

    private Call call(String text) {
        String[] arguments = text.strip().split(" +");
        for (int i = 1; i < arguments.length; i++) {
            if (i == 1 || arguments[i - 1].equals("--compare")) {
                arguments[i] = temporary.resolve(arguments[i]).toString();
            }
        }
        return Call.of(arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        probe one --tensor *.weight --prompt abc | output.weight     f32[vocabulary=258, channel=4]
        probe one --tensor *.weight --prompt abc | all values of all tensors are finite
        probe one --pass gradient --prompt abc --tensor *.gradient | embedding.weight.gradient
        probe one --pass gradient --prompt abc | output.matMul.gradient
        probe one --pass gradient --prompt abc --tensor loss --values 1 | [0:1] 5.55
        probe one --tensor tokens --prompt abc --values 2 | [0:2] 97.0000 98.0000
        probe one --tensor tokens --prompt abc --values 1:9 | [1:3] 98.0000 99.0000
        probe broken --prompt abc | first not finite in the forward pass: NaN at [98, 1] of embedding.weight, from readState in embedding at OwnModel.java:
        probe broken --prompt abc | ; 1 of 1032 values
        probe broken --prompt abc --pass gradient | first not finite in the backward pass: NaN at [0, 1, 0] of output.matMul.gradient, from crossEntropyBackward in
        probe broken --prompt acd | NaN at [98, 1] of embedding.weight
        probe one --device jvm --tensor *.matMul --prompt abc --values 1 | output.matMul
        probe one --device jvm --tensor *.matMul --prompt abc | all values of these tensors are finite
        probe one --device emulator --prompt abc --pass gradient | all values of all tensors are finite
        probe one --device reference --precision bf16 --prompt abc --tensor *.weight | embedding.weight
        probe broken --device jvm --prompt abc | first not finite in the forward pass: NaN at [98, 1] of embedding.weight, from readState in embedding at OwnModel.java:
        probe broken --device jvm --prompt abc --pass gradient --tensor *.backward | first of these not finite in the backward pass: NaN at [1, 1] of output.reshape.backward
        probe broken --device jvm --against reference --prompt abc | 5 tensors of jvm within 1.0e-04 of reference; the largest difference is
        probe one --device jvm --against reference --prompt abc --tensor *.weight | 2 tensors of jvm within 1.0e-04 of reference, all of them equal
        probe one --device emulator --precision bf16 --against reference --prompt abc | 5 tensors of emulator within
        probe one --compare weights --prompt abc --device jvm | pass: 2 of 5 tensors differ
        probe one --compare same | weights: 0 of 6 tensors differ
        probe one --compare weights | weights: 1 of 6 tensors differ, the most output.weight by
        probe one --compare weights | [2, 1]
        probe one --compare moments | weights: 1 of 6 tensors differ, the most adam.v.embedding.weight by 0.5000 of its norm
        probe one --compare weights --prompt abc | pass: 2 of 5 tensors differ
        probe one --compare weights --pass gradient --prompt abc --tensor *.gradient | pass: 4 of
        probe one --compare broken | NaN
        """)
    void shows(String arguments, String expected) {
        Call call = call(arguments);
        assertEquals(0, call.exitCode(), call.errors());
        assertTrue(call.output().contains(expected), call.output());
    }

    /** Every tensor of a golden model's step, which no kernel then keeps to itself. */
    @ParameterizedTest
    @ValueSource(strings = {"jvm", "emulator"})
    void devicesAreComparedTensorByTensor(String device) {
        Path golden = GoldenModel.open("llama-tiny").folder();
        Call call = Call.of(golden, "probe", "--pass", "gradient", "--device", device, "--against", "reference");
        assertEquals(0, call.exitCode(), call.output() + call.errors());
        List<String> lines = call.output().lines().toList();
        assertTrue(
                lines.getFirst().matches("tensor +type +relative +largest +at +reference +" + device),
                lines.getFirst());
        assertEquals(218 + 2, lines.size());
        assertTrue(
                lines.getLast().startsWith("218 tensors of " + device + " within 1.0e-04 of reference; the largest"),
                lines.getLast());
    }

    @Test
    void theFirstTensorBeyondTheToleranceIsNamed() {
        Path golden = GoldenModel.open("llama-tiny").folder();
        String command = "--device emulator --against reference --tolerance 1e-12 --tensor layers.1.*";
        Call text = Call.of(golden, "probe", command.split(" "));
        assertEquals(1, text.exitCode(), text.output() + text.errors());
        String last = text.output().lines().toList().getLast();
        assertTrue(
                last.startsWith("first beyond 1.0e-12: layers.1.attentionNorm.rmsNorm by ")
                        && last.contains(" of its norm, from rmsNorm in layers.1.attentionNorm at Llama.java:"),
                last);
        Call call = Call.of(golden, "probe", (command + " --json").split(" "));
        JsonNode found = JsonMapper.shared().readTree(call.output());
        assertAll(
                () -> assertEquals("emulator", found.path("device").asString()),
                () -> assertEquals("reference", found.path("against").asString()),
                () -> assertEquals("f32", found.path("precision").asString()),
                () -> assertEquals(1e-12, found.path("tolerance").asDouble()),
                () -> assertEquals(
                        "layers.1.attentionNorm.rmsNorm",
                        found.path("firstBeyond").path("name").asString()),
                () -> assertTrue(found.path("tensors").path(1).path("relative").asDouble() > 1e-12, call.output()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        probe one --pass sideways      | expected a pass, found 'sideways'; known are forward, gradient
        probe one --values 5:2         | --values: expected a number above 0, or FROM:TO, found 5:2
        probe one --values 0           | --values: expected a number above 0, or FROM:TO, found 0
        probe one --values 3 --compare same | --values: expected one model to show values of, found --compare
        probe one --device jmv | expected a device, found 'jmv'; did you mean jvm?
        probe one --device jvm --precision tf32  | found tf32; the jvm device has no other
        probe one --precision tf32 | --precision: expected f32 or bf16, found tf32; the reference device has no other
        probe one --device emulator --against jvm --precision tf32 | found tf32; the emulator device has no other
        probe one --against reference | --against: expected two devices, found reference alone; say by --device what
        probe one --device jvm --against reference --tolerance 0 | --tolerance: expected a tolerance above 0, found 0.0
        probe one --tolerance 1 | --tolerance: expected a device to compare with, by --against, found none
        probe one --compare same --against jvm | --against: expected one model to compare two devices by, found --compare
        probe one --compare same --device jvm | --device: expected a pass to compute, by --prompt or --pass, found weights
        probe one --device jvm --against reference --values 3 | --values: expected one model to show values of, found --against
        probe one --compare none       | none: expected a
        probe one --pass gradient --prompt a | prompt: expected 2 to 16 tokens, the model's context, found 1 tokens
        probe one --tensor output.weigth | did you mean output.weight
        probe one --compare same --tensor *.gradient | --tensor: expected names of tensors, found *.gradient; some are
        """)
    void refusesMistakes(String arguments, String expected) {
        Call call = call(arguments);
        assertEquals(2, call.exitCode(), call.errors());
        assertTrue(call.errors().contains(expected), call.errors());
        assertEquals("", call.output());
    }

    @Test
    void printsJson() {
        JsonNode found = json("probe broken --prompt abc --tensor embedding.weight --values 393:394 --json");
        JsonNode tensor = found.path("tensors").path(0);
        assertAll(
                () -> assertEquals(3, found.path("tokens").size()),
                () -> assertEquals(1, found.path("tensors").size()),
                () -> assertEquals("embedding.weight", tensor.path("name").asString()),
                () -> assertEquals("[258,4]", tensor.path("shape").toString()),
                () -> assertEquals(1, tensor.path("notFinite").asInt()),
                () -> assertEquals("NaN", tensor.path("values").path(0).asString()),
                () -> assertEquals(
                        "[98, 1]", found.path("firstNotFinite").path("index").asString()),
                () -> assertEquals(
                        "forward", found.path("firstNotFinite").path("pass").asString()),
                () -> assertTrue(
                        found.path("firstNotFinite").path("line").asString().startsWith("OwnModel.java:")));

        JsonNode compared = json("probe one --compare weights --prompt abc --json");
        List<JsonNode> weights =
                compared.path("weights").path("tensors").valueStream().toList();
        assertAll(
                () -> assertEquals(6, weights.size()),
                () -> assertEquals(2, weights.get(1).path("right").asDouble()),
                () -> assertEquals(1, weights.get(1).path("different").asInt()),
                () -> assertEquals("false", compared.path("pass").path("equal").toString()));
    }

    /** A published checkpoint with its moments, and the same weights as its program exports them. */
    @Test
    void comparesFilesOfOtherPrograms() {
        String checkpoint = SharedData.of("data/weights/llama2xs/ckpt.pt").toString();
        String exported = SharedData.of("data/weights/llama2xs/model.bin").toString();
        assertEquals(
                "weights: 0 of 47 tensors differ\n",
                Call.of("probe", checkpoint, "--compare", exported).output());
        assertEquals(
                "weights: 0 of 141 tensors differ\n",
                Call.of("probe", checkpoint, "--compare", checkpoint).output());
    }

    private JsonNode json(String arguments) {
        Call call = call(arguments);
        assertEquals(0, call.exitCode(), call.errors());
        return JsonMapper.shared().readTree(call.output());
    }
}
