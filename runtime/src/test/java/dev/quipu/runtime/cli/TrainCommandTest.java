package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainCommandTest {
    /** A model without attention, in a source file. */
    static final String PAIRS = """
        import dev.quipu.dsl.*;
        import dev.quipu.dsl.layer.*;

        public record Pairs(Embedding embedding, Linear output) implements Model {
            public Pairs() {
                this(new Dim("vocabulary", 264), new Dim("channel", 16));
            }

            private Pairs(Dim vocabulary, Dim channel) {
                this(Embedding.of(vocabulary, channel, 0.02), Linear.of(channel, vocabulary, 0.02));
            }

            @Override
            public Tensor forward(Tensor tokens) {
                return output.apply(Tensor.formula("x * sigmoid(x)", embedding.apply(tokens)));
            }

            @Override
            public int vocabularySize() {
                return 264;
            }

            @Override
            public int contextLength() {
                return 32;
            }
        }
        """;

    private static final List<String> SHORT =
            List.of("--steps", "3", "--batch", "1", "--seq", "16", "--device", "reference", "--sample-every", "0");

    @TempDir
    private Path folder;

    private Path text;
    private Path run;

    @BeforeEach
    void files() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), "Knots, cords and colours hold a graph.\n".repeat(40));
        run = folder.resolve("run");
    }

    private Call train(String... more) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(List.of(more));
        return Call.of(arguments.toArray(String[]::new));
    }

    private Call trainShortly(String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(SHORT);
        arguments.addAll(List.of("--data", text.toString(), "--out", run.toString()));
        return train(arguments.toArray(String[]::new));
    }

    @Test
    void endsWithTheLossBesideTheEntropyAndTheWayOn() {
        Call call = trainShortly("llama-tiny");
        assertEquals(0, call.exitCode(), call.errors());
        List<String> lines = call.output().lines().toList();
        assertTrue(lines.getFirst().startsWith("3 of 3 steps, 48 tokens in "), call.output());
        assertTrue(
                lines.get(1)
                        .matches("validation loss \\d\\.\\d\\d nats/token, unigram entropy \\d\\.\\d\\d, ratio"
                                + " \\d\\.\\d\\d"),
                call.output());
        assertEquals("checkpoint: " + run, lines.get(2));
        assertEquals("sample from it with: ./quipu sample " + run + " --prompt TEXT", lines.get(3));
        for (String file : List.of("config.json", "model.safetensors", "training.json", "metrics.jsonl", "loss.svg")) {
            assertTrue(Files.exists(run.resolve(file)), file);
        }
    }

    @Test
    void aLongerContextIsThatOfTheModelThatIsTrained() throws IOException {
        Call call = train(
                "llama-tiny",
                "--context",
                "160",
                "--seq",
                "150",
                "--batch",
                "1",
                "--steps",
                "1",
                "--sample-every",
                "0",
                "--data",
                text.toString(),
                "--out",
                run.toString());
        assertEquals(0, call.exitCode(), call.errors());
        JsonNode config = JsonMapper.shared().readTree(Files.readString(run.resolve("config.json")));
        assertEquals(160, config.get("max_position_embeddings").asInt());
    }

    @Test
    void printsJson() {
        Call call = trainShortly("llama-tiny", "--json");
        JsonNode json = JsonMapper.shared().readTree(call.output());
        assertEquals(3, json.get("step").asInt());
        assertEquals(48, json.get("tokens").asInt());
        assertTrue(
                json.get("validationLoss").isNumber()
                        && json.get("tokensPerSecond").isNumber(),
                call.output());
        assertTrue(json.get("sample").isNull(), call.output());
    }

    @Test
    void saysWhereAStartWent() {
        PrintStream standard = System.err;
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        System.setErr(new PrintStream(progress, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, trainShortly("llama-tiny", "--verbose").exitCode());
        } finally {
            System.setErr(standard);
        }
        String said = progress.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains("the first step begins after ") && said.contains(" weights "), said);
    }

    @Test
    void trainsAModelFromOneSourceFileWithoutABuild() throws IOException {
        Path source = Files.writeString(folder.resolve("Pairs.java"), PAIRS);
        Call call = trainShortly(source.toString());
        assertEquals(0, call.exitCode(), call.errors());
        assertEquals(Files.readString(source), Files.readString(run.resolve("Pairs.java")));
    }

    @Test
    void tunesAdaptersThatMergeIntoAPlainModel() throws IOException {
        assertEquals(0, trainShortly("llama-tiny").exitCode());
        Path base = run;
        run = folder.resolve("tuned");
        Call call = trainShortly(base.toString(), "--lora", "--lora-rank", "2");
        assertEquals(0, call.exitCode(), call.errors());
        assertTrue(Files.exists(run.resolve("adapter_model.safetensors")));
        String metrics = Files.readString(run.resolve("metrics.jsonl"));
        assertTrue(metrics.lines().findFirst().orElseThrow().contains("\"step\":0,"), metrics);
        Path merged = folder.resolve("merged");
        Call merge = Call.of("merge", run.toString(), merged.toString());
        assertEquals(0, merge.exitCode(), merge.errors());
        assertEquals("merged 14 adapters into " + merged + "\n", merge.output());
        Call again = Call.of("merge", run.toString(), merged.toString());
        assertEquals(2, again.exitCode());
        assertTrue(again.errors().contains("expected a new folder, found one that is there"), again.errors());
        Call plain = Call.of("merge", merged.toString(), folder.resolve("other").toString());
        assertEquals(2, plain.exitCode());
        assertTrue(plain.errors().contains("expected a model with adapters, found one without"), plain.errors());
    }

    private static final String CONVERSATION = """
        {"prompt": "What holds a graph?", "completion": "Knots, cords and colours."}
        """;

    @Test
    void conversationsAreLearnedApartFromEachOther() throws IOException {
        Path chat = Files.writeString(folder.resolve("chat.jsonl"), CONVERSATION.repeat(20));
        List<String> arguments = new ArrayList<>(
                List.of("llama-tiny", "--data", chat.toString(), "--out", run.toString(), "--chat-template", "zephyr"));
        arguments.addAll(List.of("--steps", "3", "--batch", "2", "--seq", "100", "--validate-every", "0"));
        arguments.addAll(List.of("--sample-every", "3", "--seed", "2", "--loss-chunk", "64"));
        Call call = train(arguments.toArray(String[]::new));
        assertEquals(0, call.exitCode(), call.errors());
        assertTrue(call.output().contains("<|user|>"), call.output());
        JsonNode settings = JsonMapper.shared()
                .readTree(Files.readString(run.resolve("training.json")))
                .get("settings");
        assertEquals("separate", settings.get("documents").asString());
        assertEquals("zephyr", settings.get("chat-template").asString());
        Call more = train("--resume", run.toString());
        assertTrue(more.errors().contains("expected a run with steps to go"), more.errors());
        Call other = train("--resume", run.toString(), "--documents", "joined");
        assertTrue(other.errors().contains("expected separate, as the run began, found joined"), other.errors());
        Call rounded = train("--resume", run.toString(), "--loss-chunk", "32");
        assertTrue(rounded.errors().contains("expected 64, as the run began, found 32"), rounded.errors());
    }

    /** However the conversations are packed: every token of an answer and the new line behind it, once. */
    @Test
    void evalMeasuresTheAnswersOfConversations() throws IOException {
        assertEquals(0, trainShortly("llama-tiny").exitCode());
        Path chat = Files.writeString(folder.resolve("chat.jsonl"), CONVERSATION + """
            {"question": "1+1?", "answer": "2."}
            {"question": "2+2?", "answer": "4"}
            """);
        JsonNode alone = eval(chat, 1, 70);
        JsonNode together = eval(chat, 3, 100);
        assertEquals(25 + 2 + 1 + 3, alone.get("tokens").asInt());
        assertEquals(25 + 2 + 1 + 3, together.get("tokens").asInt());
        double loss = alone.get("loss").asDouble();
        assertEquals(loss, together.get("loss").asDouble(), 1e-5 * loss);
        assertEquals(loss * 31 / Math.log(2) / 28, together.get("bitsPerByte").asDouble(), 1e-4 * loss);
    }

    private JsonNode eval(Path chat, int batch, int sequence) {
        Call call = Call.of(
                "eval",
                run.toString(),
                "--data",
                chat.toString(),
                "--chat-template",
                "zephyr",
                "--batch",
                Integer.toString(batch),
                "--seq",
                Integer.toString(sequence),
                "--device",
                "reference",
                "--json");
        assertEquals(0, call.exitCode(), call.errors());
        return JsonMapper.shared().readTree(call.output());
    }

    private record Mistake(String call, String line) {}

    private static final List<Mistake> MISTAKES = List.of(
            new Mistake("llama-tni --data TEXT", "found 'llama-tni'; did you mean llama-tiny"),
            new Mistake("--stepz 3", "found '--stepz'; did you mean --steps?"),
            new Mistake("--steps many", "'many' is not a long"),
            new Mistake("--data FOLDER/none.txt", "FOLDER/none.txt: expected a text file or a folder, found nothing"),
            new Mistake(
                    "llama-tiny --data TEXT --seq 129 --out FOLDER/run",
                    "at most 128 tokens, the model's context, found 129"),
            new Mistake("llama-tiny --data TEXT --context 0", "--context: expected at least 1, found 0"),
            new Mistake("llama-tiny --data FOLDER/short.txt", "FOLDER/short.txt: expected at least 129 tokens"),
            new Mistake(
                    "llama-tiny --plan papre --data TEXT",
                    "expected a plan, found 'papre'; did you mean paper? (see ./quipu train --help)"),
            new Mistake(
                    "llama-tiny --device tornad --data TEXT",
                    "expected a device, found 'tornad'; did you mean tornado?"),
            new Mistake("llama-tiny --loss-chunk 0 --data TEXT", "--loss-chunk: expected at least 1, found 0"),
            new Mistake("llama-tiny --lr -1 --data TEXT", "learning rate: expected a peak above 0, found -1.0"),
            new Mistake(
                    "llama-tiny --data TEXT --freeze *.wieght",
                    "expected parameters to freeze, found '*.wieght'; did you mean *.weight"),
            new Mistake(
                    "llama-tiny --data TEXT --freeze *", "expected something left to train, found all 21 parameters"),
            new Mistake(
                    "llama-tiny --data TEXT --group *.nrom.weight:lr=2",
                    "expected trained parameters for a group, found '*.nrom.weight'"),
            new Mistake("llama-tiny --data TEXT --group norm", "parameter group: expected NAMES:lr=FACTOR,decay=DECAY"),
            new Mistake("llama-tiny --data TEXT --lora-rank 4", "--lora-rank: expected --lora, found none"),
            new Mistake(
                    "llama-tiny --data TEXT --lora --lora-targets *.norm",
                    "expected linear layers to adapt, found '*.norm'"),
            new Mistake("llama-tiny --data TEXT --lora --lora-rank 0", "LoRA: expected a rank from 1 to "),
            new Mistake("llama-tiny --batch 0 --data TEXT", "batch: expected at least 1, found 0"),
            new Mistake(
                    "llama-tiny --tokenizer words --data TEXT",
                    "words: expected bytes, a tokenizer's file or a folder"),
            new Mistake(
                    "llama-tiny --documents together --data TEXT",
                    "expected joined or separate documents, found 'together'; known are joined, separate"),
            new Mistake(
                    "llama-tiny --data FOLDER/chat.jsonl TEXT",
                    "expected conversations (*.jsonl) or texts, found both"),
            new Mistake("llama-tiny --data FOLDER/chat.jsonl", "choose one: --chat-template chatml|llama2|"),
            new Mistake(
                    "llama-tiny --data FOLDER/chat.jsonl --chat-template zephir",
                    "expected a chat template, found 'zephir'; did you mean zephyr?"),
            new Mistake(
                    "llama-tiny --data FOLDER/bad.jsonl --chat-template chatml",
                    "FOLDER/bad.jsonl:2: expected a conversation: messages, or prompt and completion"),
            new Mistake("llama-tiny --data TEXT --chat-template chatml", "leave out --chat-template chatml"),
            new Mistake("llama-tiny --data TEXT --out FOLDER", "--out FOLDER: expected a new or empty folder"),
            new Mistake("--resume FOLDER", "FOLDER: expected a checkpoint with training.json, found none"),
            new Mistake("--resume FOLDER --out FOLDER/x", "train: expected no --out beside --resume"),
            new Mistake("llama-tiny --resume FOLDER", "train: expected no MODEL beside --resume"));

    @TestFactory
    Stream<DynamicTest> aMistakeInTheCallIsOneLineAndExitCodeTwo() throws IOException {
        Files.writeString(folder.resolve("short.txt"), "short");
        Files.writeString(folder.resolve("chat.jsonl"), CONVERSATION);
        Files.writeString(folder.resolve("bad.jsonl"), CONVERSATION + "{\"title\": \"Knots\"}");
        return MISTAKES.stream()
                .map(mistake -> DynamicTest.dynamicTest(mistake.call, () -> {
                    Call call = train(mistake.call
                            .replace("TEXT", text.toString())
                            .replace("FOLDER", folder.toString())
                            .split(" "));
                    assertEquals(2, call.exitCode(), call.errors());
                    assertEquals(1, call.errors().lines().count(), call.errors());
                    assertTrue(
                            call.errors().contains(mistake.line.replace("FOLDER", folder.toString())), call.errors());
                }));
    }
}
