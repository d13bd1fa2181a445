package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.chat.ChatTemplate;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.generation.Generator;
import dev.quipu.runtime.model.ModelFolder;
import dev.quipu.runtime.model.OwnModel;
import dev.quipu.runtime.reference.ReferenceDevice;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code sample} and {@code score}, with a model that follows each byte by the next one: "a" by "bcd...". */
class SampleCommandTest {
    @TempDir
    private Path temporary;

    private final Model model = new OwnModel();
    private Path folder;

    @BeforeEach
    void saveModel() {
        folder = temporary.resolve("model");
        try (State state = new State()) {
            initialise(state);
            ModelFolder.save(folder, model, state, new ByteTokenizer());
        }
    }

    /** Embeddings are points of a circle, and an output's row is the point before its own, so that the next one is nearest. */
    private void initialise(State state) {
        state.initialise(Trace.parameters(model), 3);
        Buffer embedding = state.get("embedding.weight");
        Buffer output = state.get("output.weight");
        embedding.clear();
        output.clear();
        for (int id = 0; id < 258; id++) {
            double angle = 2 * Math.PI * id / 258;
            double before = 2 * Math.PI * (id - 1) / 258;
            embedding.setFloat(id * 4L, (float) Math.cos(angle));
            embedding.setFloat(id * 4L + 1, (float) Math.sin(angle));
            output.setFloat(id * 4L, (float) Math.cos(before));
            output.setFloat(id * 4L + 1, (float) Math.sin(before));
        }
    }

    private Call sample(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--device", "reference", "--greedy"));
        all.addAll(Arrays.asList(arguments));
        return Call.of(folder, "sample", all.toArray(String[]::new));
    }

    @ParameterizedTest(name = "until {0} {1}: {2}")
    @CsvSource({"e, zz, abcd, a stop text", "de, fg, abc, a stop text", "zz, zy, abcdef, as many tokens as asked for"})
    void stops(String stop, String another, String printed, String end) {
        Call call = sample("--prompt", "a", "--max-tokens", "5", "--stop", stop, "--stop", another);

        assertEquals(printed + "\n", call.output());
        assertTrue(call.errors().endsWith(", " + end + "\n"), call.errors());
        assertTrue(
                call.errors().matches("(?s).*\\d+ tokens, [0-9.]+ tokens/s \\(prompt of 1 tokens: [0-9.]+ tokens/s.*"),
                call.errors());
    }

    @Test
    void jsonSaysEverythingAboutAText() {
        Call call = sample("--prompt", "ab", "--max-tokens", "3", "--json", "--logprobs", "2", "--seed", "9");
        JsonNode json = JsonMapper.shared().readTree(call.output());

        assertEquals(0, call.exitCode(), call.errors());
        assertEquals("ab", json.get("prompt").asString());
        assertEquals("[97,98]", json.get("promptTokens").toString());
        assertEquals("[99,100,101]", json.get("tokens").toString());
        assertEquals("cde", json.get("text").asString());
        assertEquals("maxTokens", json.get("end").asString());
        assertEquals(9, json.get("seed").asLong());
        assertEquals(3, json.get("logProbabilities").size());
        double total = IntStream.range(0, 258)
                .mapToDouble(i -> Math.exp(Math.cos(2 * Math.PI * i / 258)))
                .sum();
        assertEquals(1 - Math.log(total), json.get("logProbabilities").get(0).asDouble(), 1e-6);
        JsonNode likeliest = json.get("alternatives").get(1);
        assertEquals(2, likeliest.size());
        assertEquals(100, likeliest.get(0).get("token").asInt());
        assertEquals("<0x64>", likeliest.get(0).get("piece").asString());
        assertEquals(json.get("logProbabilities").get(1), likeliest.get(0).get("logProbability"));
        for (String timing : List.of("prefillMillis", "decodeMillis", "tokensPerSecond")) {
            assertTrue(json.get(timing).asDouble() > 0, timing);
        }
    }

    @Test
    void promptsOfAFileAreContinuedTogether() throws IOException {
        Path lines = Files.writeString(temporary.resolve("prompts.txt"), "a\n\nkl\nx");
        Path objects = Files.writeString(
                temporary.resolve("prompts.jsonl"),
                "{\"prompt\": \"a\"}\n{\"id\": 3, \"prompt\": \"kl\"}\n{\"prompt\":\"x\"}\n");

        for (Path file : List.of(lines, objects)) {
            Call call = sample("--prompts", file.toString(), "--batch", "2", "--max-tokens", "2");

            assertEquals(0, call.exitCode(), call.errors());
            assertEquals("abc\n\nklmn\n\nxyz\n", call.output());
            assertTrue(call.errors().contains("3 texts, 6 tokens, "), call.errors());
        }
    }

    @Test
    void jsonOfSeveralPromptsIsALineEach() throws IOException {
        Path file = Files.writeString(temporary.resolve("prompts.txt"), "a\nkl\n");
        Call call = sample("--prompts", file.toString(), "--max-tokens", "1", "--json", "--seed", "4");
        List<JsonNode> lines = call.output()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();

        assertEquals(2, lines.size());
        assertEquals("m", lines.get(1).get("text").asString());
        assertEquals(5, lines.get(1).get("seed").asLong());
        assertFalse(lines.get(1).has("alternatives"));
    }

    @Test
    void oneMessageIsAnsweredThroughATemplate() {
        Call text = sample("--chat", "--chat-template", "llama2", "--prompt", "h", "--max-tokens", "1");
        Call call = sample("--chat", "--chat-template", "llama2", "--prompt", "h", "--max-tokens", "1", "--json");
        JsonNode json = JsonMapper.shared().readTree(call.output());

        assertEquals("^\n", text.output(), text.errors()); // behind "[INST] h [/INST]"
        assertEquals(16, json.get("promptTokens").size());
        assertEquals("h", json.get("prompt").asString());
        assertEquals("^", json.get("text").asString());
    }

    @ParameterizedTest(name = "call {0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "--prompt a --prompts b; sample: expected --prompt or --prompts, found both",
                "--batch 2; --batch: expected at least 1 prompt at a time, of --prompts, found 2",
                "--logprobs 2; --logprobs: expected --json, found none; only JSON has room for alternatives",
                "--system x; --system: expected --chat, found none; it belongs to a chat",
                "--chat-template zephyr; --chat-template: expected --chat, found none; it belongs to a chat",
                "--chat --json; --json: expected --prompt, found none; a chat over standard input prints text",
                "--chat --prompt a; tokenizer bytes: expected a model with a chat template, found none; choose one:"
                        + " --chat-template chatml|llama2|llama3|mistral|zephyr",
                "--chat --prompt a --chat-template gpt; expected a chat template, found 'gpt'; known are chatml,"
                        + " llama2, llama3, mistral, zephyr",
                "--sampler best; expected a sampler, found 'best'; known are quipu, llama2c",
                "--sampler llama2c --top-k 3; sampling: expected temperature and top-p alone, which llama2.c's sampler"
                        + " has, found top-k, min-p or a repetition penalty",
                "--stop=; generation: expected a stop text, found an empty one",
                "--prompts nowhere.txt; nowhere.txt: expected prompts in UTF-8, found",
                "--json --logprobs -1; generation: expected a number of alternatives of 0 or more, found -1"
            })
    void mistakesInTheCall(String arguments, String message) {
        Call call = sample(arguments.split(" "));

        assertEquals(2, call.exitCode(), call.errors());
        assertTrue(call.errors().startsWith("quipu: " + message), call.errors());
        assertEquals(1, call.errors().lines().count(), call.errors());
    }

    @ParameterizedTest(name = "call {0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"text\": \"a\"}; expected an object with a text \"prompt\", found another value",
                "{; expected JSON"
            })
    void promptsThatAreNone(String line, String message) throws IOException {
        Path file = Files.writeString(temporary.resolve("prompts.jsonl"), "{\"prompt\": \"a\"}\n" + line + "\n");
        Call call = sample("--prompts", file.toString());

        assertEquals(2, call.exitCode());
        assertTrue(call.errors().contains("prompts.jsonl, line 2: " + message), call.errors());
    }

    @Test
    void aSessionAnswersLineByLine() {
        StringWriter printed = new StringWriter();
        StringWriter errors = new StringWriter();
        ByteTokenizer tokenizer = new ByteTokenizer();
        try (State state = new State()) {
            initialise(state);
            try (Generator generator = new Generator(model, tokenizer, state, new ReferenceDevice())) {
                ChatTemplate template = ChatTemplate.of(
                        tokenizer, "{% for m in messages %}{{ m.content }}{% endfor %}", ZonedDateTime::now);
                new ChatSession(
                                generator,
                                template,
                                List.of(),
                                new GenerationOptions(SamplingOptions.greedy(), 2, 0),
                                new PrintWriter(printed),
                                new PrintWriter(errors))
                        .run(new BufferedReader(new StringReader("a\n\nk\n")));
            }
        }

        assertEquals("bc\nlm\n", printed.toString());
        assertEquals(2, errors.toString().split("as many tokens as asked for", -1).length - 1, errors.toString());
    }

    @Test
    void scoreMeasuresEveryToken() throws IOException {
        Path file = Files.writeString(temporary.resolve("text.txt"), "abé");
        Call call = Call.of(
                folder, "score", "--device", "reference", "--file", file.toString(), "--json", "--logprobs", "1");
        JsonNode json = JsonMapper.shared().readTree(call.output());
        double sum = json.get("tokens")
                .valueStream()
                .mapToDouble(token -> token.get("logProbability").asDouble())
                .sum();

        assertAll(
                () -> assertEquals(0, call.exitCode(), call.errors()),
                () -> assertEquals(4, json.get("tokens").size()),
                () -> assertEquals(98, json.get("tokens").get(1).get("token").asInt()),
                () -> assertEquals(
                        "<0x62>", json.get("tokens").get(1).get("piece").asString()),
                () -> assertEquals(
                        98,
                        json.get("tokens")
                                .get(1)
                                .get("alternatives")
                                .get(0)
                                .get("token")
                                .asInt()),
                () -> assertEquals(-sum, json.get("nats").asDouble(), 1e-9),
                () -> assertEquals(Math.exp(-sum / 4), json.get("perplexity").asDouble(), 1e-6),
                () -> assertEquals(
                        -sum / Math.log(2) / 4, json.get("bitsPerByte").asDouble(), 1e-9));
    }

    /** Tokens that are read together are rounded, and single ones are not. */
    @ParameterizedTest
    @CsvSource({"abcdefgh, true", "a, false"})
    void scoreRoundsWhatIsReadTogether(String text, boolean rounds) {
        String[] exact = {"--device", "reference", "--json", "--text", text, "--weights", "int8"};
        String[] rounded = Stream.concat(Arrays.stream(exact), Stream.of("--precision", "bf16"))
                .toArray(String[]::new);
        Call call = Call.of(folder, "score", rounded);
        double wanted = JsonMapper.shared()
                .readTree(Call.of(folder, "score", exact).output())
                .get("nats")
                .asDouble();
        double found = JsonMapper.shared().readTree(call.output()).get("nats").asDouble();

        assertEquals(0, call.exitCode(), call.errors());
        assertEquals(rounds, wanted != found, wanted + " and " + found);
        assertEquals(wanted, found, 2e-2 * wanted);
    }

    @Test
    void scorePrintsALineAToken() {
        Call call = Call.of(folder, "score", "--device", "reference", "--text", "ab");

        assertEquals(3, call.output().lines().count());
        assertTrue(call.output().lines().toList().get(1).matches(" +-\\d\\.\\d{4} +98  <0x62>"), call.output());
        assertTrue(call.output().contains("2 tokens, "), call.output());
    }

    @ParameterizedTest(name = "score {0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "'' ; score: expected --text or --file, found neither",
                "--text a --file b; score: expected --text or --file, found both",
                "--text a --logprobs 1; --logprobs: expected --json, found none",
                "--file nowhere.txt; nowhere.txt: expected a text in UTF-8"
            })
    void mistakesInACallOfScore(String arguments, String message) {
        Call call = Call.of(folder, "score", arguments.isBlank() ? new String[0] : arguments.split(" "));

        assertEquals(2, call.exitCode(), call.errors());
        assertTrue(call.errors().startsWith("quipu: " + message), call.errors());
    }
}
