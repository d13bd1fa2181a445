package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code plan}: what people read, and what programs do. */
class PlanCommandTest {
    private static final String SHAPE = "--batch 2 --seq 16";

    @TempDir
    private Path folder;

    private static String output(String arguments) {
        Call call = Call.of(arguments.split(" "));
        assertEquals(0, call.exitCode(), call::errors);
        return call.output();
    }

    private static JsonNode json(String arguments) {
        return JsonMapper.shared().readTree(output("plan " + arguments + " --json"));
    }

    private static String line(String text, String start) {
        return text.lines()
                .filter(line -> line.strip().startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + start + " in " + text));
    }

    /**
     * What becomes of a tensor under saveAll, paper, minCut and blocks: section 2.4 of the LLaMA paper, as a table. Queries before
     * and after RoPE are equally large: which of them a cut keeps is its own affair.
     */
    private record Row(String tensor, String fates, String reason) {}

    private static final List<Row> ROWS = List.of(
            new Row("embedding.embedding", "saved saved saved saved", "layers.0.attentionNorm.rmsNorm"),
            new Row("attentionNorm.rmsNorm ", "saved rebuilt rebuilt rebuilt", "attention.wq.matMul"),
            new Row("attention.wq.matMul", "- saved ? rebuilt", "none: from it is rebuilt attention.rope"),
            new Row("attention.wv.matMul", "saved saved saved rebuilt", "attention.attention"),
            new Row("attention.rope ", "saved rebuilt ? rebuilt", "attention.attention"),
            new Row("attention.attention ", "saved saved saved rebuilt", "attention.wo.matMul, attention.attention"),
            new Row("feedForward.gate.matMul", "saved saved saved rebuilt", "feedForward.pointwise"),
            new Row("feedForward.pointwise", "saved rebuilt rebuilt rebuilt", "feedForward.down.matMul"),
            new Row("pointwise.2", "saved saved saved saved", "attentionNorm.rmsNorm, norm.rmsNorm"));

    @TestFactory
    Stream<DynamicTest> theComparisonSaysWhatBecomesOfEveryTensorAndWhy() {
        String plans = output("plan llama-tiny " + SHAPE);
        return ROWS.stream()
                .map(row -> DynamicTest.dynamicTest(row.tensor(), () -> {
                    String line = line(plans, row.tensor());
                    List<String> cells = List.of(line.strip().split(" {2,}"));
                    List<String> fates = cells.subList(4, 8);
                    List<String> expected =
                            new ArrayList<>(Arrays.asList(row.fates().split(" ")));
                    expected.replaceAll(fate -> fate.equals("?") ? fates.get(expected.indexOf("?")) : fate);
                    assertEquals(expected, fates, line);
                    assertTrue(cells.getLast().contains(row.reason()), line);
                }));
    }

    @Test
    void layersAreFolded() {
        String plans = output("plan llama-tiny " + SHAPE);
        assertAll(
                () -> assertTrue(plans.startsWith("llama-tiny, batch 2, sequence 16\n"), plans),
                () -> assertTrue(plans.contains("\nlayers.0-1 x 2:\n"), plans),
                () -> assertTrue(line(plans, "saveAll").contains("100.0%"), plans));
    }

    @Test
    void onePlanIsShownWithItsBoundsAndItsMemory() {
        String plan = output("plan llama-tiny --plan paper " + SHAPE);
        assertAll(
                () -> assertTrue(plan.startsWith("llama-tiny, plan paper, batch 2, sequence 16\n"), plan),
                () -> assertTrue(line(plan, "feedForward.pointwise").contains("  rebuilt  "), plan),
                () -> assertTrue(line(plan, "rebuilt: ").contains(", at least "), plan),
                () -> assertTrue(line(plan, "peak: ").contains(" live at once (gap "), plan),
                () -> assertTrue(plan.contains("\nloss: logits of 16 of 32 tokens at once\n"), plan),
                () -> assertTrue(plan.contains("\nlaunch 0 "), plan),
                () -> assertTrue(line(plan, "blocks").contains("%"), plan));
    }

    /** The first layer keeps what the others rebuild: the name of the tensor is followed by who does which. */
    @Test
    void layersThatDifferAreNamed() {
        String plan = output("plan llama-tiny --plan paper --save layers.0.feedForward.pointwise " + SHAPE);
        assertTrue(plan.startsWith("llama-tiny, plan paper, save layers.0.feedForward.pointwise, batch 2"), plan);
        assertTrue(line(plan, "feedForward.pointwise").contains("  saved 0; rebuilt 1  "), plan);
    }

    /** Plans come in turns, and each is the same work but for what is rebuilt. */
    @Test
    void plansAreMeasured() {
        JsonNode measured = json("llama-tiny --measure 2 " + SHAPE).get("measured");
        assertEquals(4, measured.size());
        for (JsonNode plan : measured) {
            double median = plan.get("stepSeconds").asDouble();
            assertTrue(plan.get("fastestStepSeconds").asDouble() <= median, plan::toString);
            assertTrue(median <= plan.get("slowestStepSeconds").asDouble(), plan::toString);
            assertTrue(plan.get("nativeBytes").asLong() > 0, plan::toString);
        }
        String text = output("plan llama-tiny --plan blocks --measure 1 " + SHAPE);
        String table = text.substring(text.indexOf("\nmeasured on the jvm device"));
        assertTrue(line(table, "saveAll").contains("100.0%"), table);
        assertTrue(line(table, "blocks").contains("KiB"), table);
    }

    @Test
    void bothChartsAreDrawn() throws IOException {
        Path drawing = folder.resolve("plan.svg");
        Path picture = folder.resolve("plan.png");
        String text = output("plan llama-tiny --plan paper --save *.rmsNorm " + SHAPE + " --out " + drawing);
        assertTrue(text.startsWith("llama-tiny, plan paper, save *.rmsNorm, batch 2"), text);
        String svg = Files.readString(drawing); // letters are outlines in it, and colors are words
        for (String color : List.of("31,78,156", "217,95,2", "27,158,119", "117,76,168", "194,24,60")) {
            assertTrue(svg.contains("stroke:rgb(" + color), () -> "no line of a plan in " + color);
            assertTrue(svg.contains("fill:rgb(" + color), () -> "no point of a plan in " + color);
        }
        output("plan llama-tiny " + SHAPE + " --out " + picture);
        assertEquals(2000, ImageIO.read(picture.toFile()).getWidth());
    }

    @Test
    void aSequenceBeyondTheContextIsStudiedAndSaid() {
        Call call = Call.of("plan", "llama-tiny", "--seq", "129", "--batch", "1");
        assertEquals("note: the model's context is 128 tokens; studied as if it were 129\n", call.errors());
        assertTrue(call.output().startsWith("llama-tiny, batch 1, sequence 129\n"), call.output());
    }

    @Test
    void programsReadAllOfIt() {
        JsonNode values = json("llama-tiny --plan blocks " + SHAPE);
        assertEquals("blocks", values.get("shown").asString());
        long saved = 0;
        for (JsonNode tensor : values.get("tensors")) {
            saved += tensor.get("saved").asBoolean() ? tensor.get("bytes").asLong() : 0;
        }
        JsonNode blocks = plan(values, "blocks");
        long kept = saved;
        assertAll(
                () -> assertEquals(kept, blocks.get("keptBytes").asLong()),
                () -> assertTrue(kept < plan(values, "paper").get("keptBytes").asLong()),
                () -> assertTrue(values.get("front").size() > 1, "no front"));
        long peak = 0;
        for (JsonNode slot : values.get("timeline")) {
            peak = Math.max(
                    peak, slot.get("offset").asLong() + slot.get("slotBytes").asLong());
            assertTrue(slot.get("birth").asInt() <= slot.get("lastUse").asInt(), slot::toString);
        }
        assertEquals(blocks.get("peakBytes").asLong(), peak);
        long live = 0;
        for (JsonNode launch : values.get("launches")) {
            live = Math.max(live, launch.get("liveBytes").asLong());
        }
        assertEquals(blocks.get("leastPeakBytes").asLong(), live);
    }

    private static JsonNode plan(JsonNode values, String name) {
        for (JsonNode plan : values.get("plans")) {
            if (plan.get("plan").asString().equals(name)) {
                return plan;
            }
        }
        throw new AssertionError("no plan " + name + " in " + values);
    }

    /** No weight is allocated, and 80 layers are planned as fast as one reads. */
    @Test
    void sixtyFiveBillionParametersArePlannedAtOnce() {
        String plans =
                Assertions.assertTimeout(Duration.ofSeconds(20), () -> output("plan llama-65b --batch 1 --seq 2048"));
        assertTrue(plans.contains("\nlayers.0-79 x 80:\n"), plans);
        assertTrue(plans.lines().count() < 45, plans);
    }
}
