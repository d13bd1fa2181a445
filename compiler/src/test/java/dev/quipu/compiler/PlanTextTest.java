package dev.quipu.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.text.GraphPlan;
import dev.quipu.dsl.text.GraphText;
import dev.quipu.dsl.text.PlannedGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans in the text form of graphs, of every policy. */
class PlanTextTest {
    private static Compiled compiled(SmallModels family, PlanRequest request) {
        return Compiler.verifying().keeping(request).gradient(family.model(), 2, 5);
    }

    @ParameterizedTest
    @EnumSource
    void plansReadBackFromTheirText(SmallModels family) {
        for (PlanRequest request : PlanRequest.NAMED) {
            Compiled compiled = compiled(family, request);
            Stream.of(compiled.plannedText(), compiled.scheduledText()).forEach(graph -> {
                String text = GraphText.print(graph);
                PlannedGraph read = GraphText.parsePlanned(text);
                assertEquals(graph, read);
                assertEquals(text, GraphText.print(read));
                assertEquals(graph.hash(), read.hash());
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "QWEN3"})
    void theTextHoldsAllThatThePlanDecides(SmallModels family) {
        for (PlanRequest request : PlanRequest.NAMED) {
            Compiled compiled = compiled(family, request);
            MemoryPlan memory = compiled.scheduled().memory();
            GraphPlan plan = compiled.scheduledText().plan();
            assertEquals(request.name(), plan.name());
            assertEquals(memory.bytes(), plan.arena().orElseThrow());
            assertEquals(compiled.scheduled().clusters().size(), plan.launches().size());
            assertEquals(compiled.planned().plan().saved().size(), count(plan, GraphPlan.Fate.SAVED));
            assertEquals(compiled.planned().plan().rebuilt().size(), count(plan, GraphPlan.Fate.RECOMPUTED));
            List<GraphPlan.Slot> slots =
                    stored(plan).flatMap(kept -> kept.slot().stream()).toList();
            assertEquals(memory.slots().size(), slots.size());
            assertEquals(
                    memory.slots().values().stream()
                            .filter(slot -> slot.life().over().isPresent())
                            .count(),
                    slots.stream().filter(slot -> slot.over().isPresent()).count());
        }
    }

    private static long count(GraphPlan plan, GraphPlan.Fate fate) {
        return stored(plan).filter(kept -> kept.fate() == fate).count();
    }

    private static Stream<GraphPlan.Stored> stored(GraphPlan plan) {
        return plan.launches().stream().flatMap(launch -> launch.stored().stream());
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA", "QWEN3"})
    void theHashIsThatOfThePlanAlone(SmallModels family) {
        Set<String> hashes = new HashSet<>();
        for (PlanRequest request : PlanRequest.NAMED) {
            String hash = compiled(family, request).planHash();
            assertTrue(hash.matches("[0-9a-f]{64}"), hash);
            assertEquals(hash, compiled(family, request).planHash());
            assertEquals(
                    hash,
                    compiled(family, PlanRequest.of("another name", request.policy()))
                            .planHash());
            hashes.add(hash);
        }
        assertTrue(hashes.size() >= 3, hashes.toString());
        assertNotEquals(
                Compiler.verifying().gradient(family.model(), 2, 5).planHash(),
                Compiler.verifying().gradient(family.model(), 2, 6).planHash());
    }

    @ParameterizedTest
    @EnumSource
    void simplifyingMergesNoCopyWithItsOriginal(SmallModels family) {
        for (PlanRequest request : PlanRequest.NAMED) {
            Graph planned = compiled(family, request).planned().graph();
            assertEquals(recomputed(planned), recomputed(Simplify.of(planned)), request.name());
        }
    }

    /** A run's plan goes to all of its programs; budgets and names of tensors are those of the step. */
    @Test
    void programsWithoutABackwardPassStayAsTheyAre() {
        Model model = SmallModels.LLAMA.model();
        Compiler plain = Compiler.verifying();
        Compiler lean = plain.keeping(PlanRequest.budget(1).recompute(new Glob("no such tensor")));
        assertEquals(plain.loss(model, 2, 5).planHash(), lean.loss(model, 2, 5).planHash());
        assertEquals(
                plain.logits(model, 2, 5).planHash(), lean.logits(model, 2, 5).planHash());
        assertEquals(
                plain.update(model, AdamW.LLAMA).planHash(),
                lean.update(model, AdamW.LLAMA).planHash());
    }

    private static long recomputed(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.site().pass() == Site.Pass.RECOMPUTED)
                .count();
    }
}
