package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelFolder;
import dev.quipu.runtime.model.OwnModel;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that compute: {@code sample}, {@code eval}, {@code bench}, and {@code tokenizer}. */
class RunningCommandsTest {
    @TempDir
    private Path temporary;

    private final Model model = new OwnModel();
    private Path folder;

    @BeforeEach
    void saveModel() {
        folder = temporary.resolve("model");
        save(state -> {});
    }

    private void save(Consumer<State> change) {
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 3);
            change.accept(state);
            ModelFolder.save(folder, model, state, new ByteTokenizer());
        }
    }

    @Test
    void sampleContinuesThePrompt() {
        Call call = Call.of(
                folder, "sample", "--device", "reference", "--prompt", "ab", "--max-tokens", "6", "--seed", "4");
        Call again = Call.of(
                folder, "sample", "--device", "reference", "--prompt", "ab", "--max-tokens", "6", "--seed", "4");
        Call other = Call.of(
                folder, "sample", "--device", "reference", "--prompt", "ab", "--max-tokens", "6", "--seed", "5");

        assertAll(
                () -> assertEquals(0, call.exitCode(), call.errors()),
                () -> assertTrue(call.output().startsWith("ab"), call.output()),
                () -> assertTrue(call.errors().contains(" tokens/s"), call.errors()),
                () -> assertEquals(call.output(), again.output()),
                () -> assertNotEquals(call.output(), other.output()));
    }

    @Test
    void aPromptLongerThanTheContextIsAMistakeInTheCall() {
        Call call = Call.of(folder, "sample", "--device", "reference", "--prompt", "0123456789abcdefg");

        assertEquals(2, call.exitCode());
        assertEquals(
                "quipu: prompt: expected at most 16 tokens, the model's context, found 17 tokens; shorten it (see"
                        + " ./quipu sample --help)\n",
                call.errors());
        assertEquals("", call.output());
    }

    /** A model of zeros finds every token of its vocabulary equally likely: ln 258 nats. */
    @Test
    void evalMeasuresEveryToken() throws IOException {
        save(state -> state.clear(Trace.parameters(model).keySet()));
        Path text = Files.writeString(temporary.resolve("text.txt"), "A text of 26 bytes, é ends.");

        Call call = eval(text, "--batch", "2", "--seq", "5", "--json");

        assertEquals(0, call.exitCode(), call.errors());
        JsonNode result = JsonMapper.shared().readTree(call.output());
        int bytes = 28;
        assertAll(
                // every byte but the first, and the end of the text
                () -> assertEquals(bytes, result.path("tokens").asInt()),
                () -> assertEquals(Math.log(258), result.path("loss").asDouble(), 1e-5),
                () -> assertEquals(258, result.path("perplexity").asDouble(), 1e-2),
                () -> assertEquals(
                        Math.log(258) / Math.log(2), result.path("bitsPerByte").asDouble(), 1e-5));
    }

    private Call eval(Path text, String... more) {
        List<String> arguments = new ArrayList<>(List.of("eval", folder.toString(), "--data", text.toString()));
        arguments.addAll(List.of(
                "--device", "reference", "--cache", temporary.resolve("cache").toString()));
        arguments.addAll(List.of(more));
        return Call.of(arguments.toArray(String[]::new));
    }

    @Test
    void anEmptyTextCannotBeMeasured() throws IOException {
        Path text = Files.writeString(temporary.resolve("empty.txt"), "");

        Call call = eval(text);

        assertEquals(1, call.exitCode());
        assertTrue(
                call.errors().endsWith("expected a text of at least 2 tokens, found 1 tokens; give more text\n"),
                call.errors());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jvm", "reference"})
    void benchTimesSteps(String device) {
        Call call = Call.of(
                "bench",
                OwnModel.class.getName(),
                "--device",
                device,
                "--batch",
                "2",
                "--seq",
                "8",
                "--steps",
                "3",
                "--warmup",
                "1",
                "--plan",
                "paper",
                "--json");

        assertEquals(0, call.exitCode(), call.errors());
        JsonNode result = JsonMapper.shared().readTree(call.output());
        assertAll(
                () -> assertEquals(device, result.path("device").asString()),
                () -> assertEquals("fp32", result.path("precision").asString()),
                () -> assertEquals("paper", result.path("plan").asString()),
                () -> assertTrue(result.path("peakBytes").asLong() > 4 * 2064 * 4, call.output()),
                () -> assertTrue(result.path("flopsPerSecond").asDouble() > 0, call.output()),
                () -> assertEquals(
                        16,
                        result.path("tokensPerSecond").asDouble()
                                * result.path("stepMillis").asDouble()
                                / 1e3,
                        1e-6));
    }

    @Test
    void tokensAreBytes() {
        assertEquals("104 195 169\n", Call.of("tokenizer", "encode", "hé").output());
        assertEquals("hé\n", Call.of("tokenizer", "decode", "104 195", "169").output());
        assertEquals(
                "97 32 98\n",
                Call.of("tokenizer", "encode", "a b", "--tokenizer", folder.toString())
                        .output());
    }

    @Test
    void doctorFindsThisMachineFine() {
        Call call = Call.of("doctor");

        assertEquals(0, call.exitCode(), call.output());
        assertTrue(call.output().contains("vectors      ok"), call.output());
        assertTrue(call.output().contains("kernels      ok"), call.output());
    }
}
