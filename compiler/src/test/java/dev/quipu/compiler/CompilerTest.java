package dev.quipu.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.checkpoint.CheckpointPlan;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.text.GraphText;
import dev.quipu.models.Presets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompilerTest {
    private static final int PRIME = 13;

    private static Stream<Compiled> programs(Model model) {
        Compiler compiler = Compiler.verifying();
        return Stream.of(
                compiler.gradient(model, 2, PRIME),
                compiler.loss(model, 2, PRIME),
                compiler.logits(model, 2, PRIME),
                compiler.update(model, AdamW.LLAMA),
                compiler.incremental(model, 2, 1, PRIME + 4),
                compiler.incremental(model, 1, PRIME, PRIME + 4));
    }

    private static Stream<Graph> stages(Compiled compiled) {
        return Stream.of(
                compiled.traced(), compiled.differentiated(), compiled.planned().graph());
    }

    /** The only sizes of 13 are positions, so that a second one would be scores in memory, whatever its name. */
    @ParameterizedTest
    @EnumSource
    void noTypeHasTwoSequenceAxes(SmallModels family) {
        programs(family.model()).flatMap(CompilerTest::stages).forEach(graph -> {
            for (Node node : graph.nodes()) {
                for (Type type : node.types()) {
                    long axes = type.shape().dims().stream()
                            .filter(dim -> dim.size() % PRIME == 0)
                            .count();
                    assertTrue(axes <= 1, () -> node + " makes " + type);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"WINDOW", "QWEN3"})
    void everyStageReadsBackFromItsText(SmallModels family) {
        programs(family.model())
                .flatMap(CompilerTest::stages)
                .forEach(graph -> assertEquals(graph, GraphText.parse(GraphText.print(graph))));
    }

    /** From a plan that rebuilds, too: what it rebuilt is no part of what the next one starts from. */
    @Test
    void aProgramIsPlannedAgainAsIfItHadNeverBeenPlanned() {
        Model model = SmallModels.WINDOW.model();
        Compiled blocks = Compiler.verifying().keeping(PlanRequest.BLOCKS).gradient(model, 2, PRIME);
        Compiler paper = Compiler.verifying().keeping(PlanRequest.PAPER);

        assertEquals(
                GraphText.print(paper.gradient(model, 2, PRIME).planned().graph()),
                GraphText.print(paper.replan(blocks).planned().graph()));
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsComputedTwiceAndWhatIsKeptIsAccountedFor(SmallModels family) {
        Compiled compiled = Compiler.verifying().gradient(family.model(), 2, PRIME);
        CheckpointPlan plan = compiled.planned().plan();
        Set<Tensor> outputs = compiled.planned().clusters().stream()
                .flatMap(cluster -> cluster.outputs().stream())
                .collect(Collectors.toSet());
        assertFalse(plan.saved().isEmpty());
        long bytes = 0;
        for (CheckpointPlan.Saved saved : plan.saved()) {
            assertTrue(outputs.contains(saved.tensor()));
            assertEquals(Site.Pass.FORWARD, saved.tensor().node().site().pass());
            for (Cluster reader : saved.choice().readers()) {
                assertTrue(reader.inputs().stream().map(Views::origin).anyMatch(saved.tensor()::equals));
                assertEquals(Site.Pass.BACKWARD, reader.head().site().pass());
            }
            bytes += saved.tensor().type().bytes();
        }
        assertEquals(bytes, plan.bytes());
        assertTrue(bytes <= compiled.scheduled().memory().bytes());
    }

    @Test
    void workGrowsByTheSameForEachLayer() {
        List<Scheduled> schedules = Stream.of(1, 2, 3, 9)
                .map(layers -> new Compiler(false)
                        .gradient(SmallModels.LLAMA.layers(layers), 1, PRIME)
                        .scheduled())
                .toList();
        linear(schedules.stream().map(s -> (long) s.graph().nodes().size()).toList());
        linear(schedules.stream().map(s -> (long) s.clusters().size()).toList());
        linear(schedules.stream().map(Scheduled::flops).toList());
        linear(schedules.stream().map(Scheduled::bytes).toList());
    }

    /** Values at 1, 2, 3 and 9 layers. */
    private static void linear(List<Long> values) {
        long perLayer = values.get(1) - values.get(0);
        assertEquals(values.get(1) + perLayer, values.get(2));
        assertEquals(values.get(0) + 8 * perLayer, values.get(3));
    }

    @Test
    void theGradientOfLlama7bIsPlannedInSecondsWithoutItsMemory() {
        Model model = new Presets()
                .presets().stream()
                        .filter(preset -> preset.name().equals("llama-7b"))
                        .findFirst()
                        .orElseThrow()
                        .model();
        // a second or two; the limit leaves room for a loaded machine
        Scheduled scheduled = assertTimeout(
                Duration.ofSeconds(30),
                () -> new Compiler(false).gradient(model, 1, 2048).scheduled());
        double tokens = 2048;
        double parameters = 6_738_415_616.0;
        double flops = scheduled.flops();
        assertTrue(flops > 6 * parameters * tokens && flops < 7.5 * parameters * tokens, "FLOPs " + flops);
        assertTrue(scheduled.memory().bytes() >= scheduled.memory().lowerBound());
        assertTrue(
                scheduled.memory().bytes() < 1.1 * scheduled.memory().lowerBound(),
                scheduled.memory().bytes() + " bytes");
        assertEquals("layers.0-31", scheduled.blocks().blocks().getFirst().label());
    }

    @Test
    void gradientsOfTheSameModelAreTheSameGraph() {
        Model model = SmallModels.QWEN3.model();
        Graph first = Compiler.verifying().gradient(model, 1, 3).planned().graph();
        Graph second = Compiler.verifying().gradient(model, 1, 3).planned().graph();
        assertEquals(GraphText.print(first), GraphText.print(second));
        assertEquals(first, second);
    }
}
