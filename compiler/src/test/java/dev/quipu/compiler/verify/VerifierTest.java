package dev.quipu.compiler.verify;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.memory.Lifetime;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every promise, broken on purpose. */
class VerifierTest {
    private final Scheduled sound =
            new Compiler(false).gradient(SmallModels.LLAMA.model(), 1, 5).scheduled();

    private static void breach(String expected, Runnable check) {
        String message = assertThrows(AssertionError.class, check::run).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void soundSchedulesPass() {
        Verifier.check(sound.graph());
        Verifier.check(sound);
    }

    @Test
    void twoWritersOfAState() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("channel", 3)));
        Node write = Tensor.apply(new WriteState("s"), x);
        Node add = Tensor.apply(new AccumulateState("s"), x);
        breach(
                "writes s, which another node writes",
                () -> Verifier.check(Graph.of("two", Map.of(), List.of(write, add))));
    }

    @Test
    void additionsInAnotherOrder() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("channel", 3)));
        Node first = Tensor.apply(new AccumulateState("s"), x);
        Node second = Tensor.apply(new AccumulateState("s"), x.silu());
        Graph graph = Graph.of("two", Map.of(), List.of(first, second));
        List<Cluster> clusters = Clustering.of(graph);
        Verifier.check(Scheduled.of(graph, clusters));
        breach("adds to s before", () -> Verifier.check(Scheduled.of(graph, clusters.reversed())));
    }

    @Test
    void twoSequenceAxes() {
        Tensor x = Tensor.input("x", Type.f32(Dim.sequence(3), new Dim("channel", 2)));
        Tensor scores = x.matmul(x, false, true);
        breach("has two sequence axes", () -> Verifier.check(Graph.of("scores", Map.of("y", scores), List.of())));
        Tensor merged = Tensor.input("m", Type.f32(Dim.batch(2).times(Dim.sequence(3)), Dim.sequence(3)));
        breach("has two sequence axes", () -> Verifier.check(Graph.of("merged", Map.of("y", merged), List.of())));
    }

    @Test
    void aNodeInTwoClusters() {
        breach(
                "is in two clusters",
                () -> Verifier.check(clusters(all -> {
                    List<Cluster> doubled = new ArrayList<>(all);
                    doubled.add(all.getFirst());
                    return doubled;
                })));
    }

    @Test
    void aClusterBeforeItsProducer() {
        breach("is read before it is computed", () -> Verifier.check(clusters(List::reversed)));
    }

    private Scheduled clusters(UnaryOperator<List<Cluster>> change) {
        return new Scheduled(sound.graph(), change.apply(sound.clusters()), sound.memory(), sound.precision());
    }

    @Test
    void stateReadAfterItWasWritten() {
        Type type = Type.f32(new Dim("channel", 3));
        Tensor old = Tensor.apply(new ReadState("s", type)).output(0);
        Tensor y = old.silu();
        Node write = Tensor.apply(new WriteState("s"), Tensor.input("x", type).silu());
        Graph graph = Graph.of("late", Map.of("y", y), List.of(write));
        List<Cluster> clusters = Clustering.of(graph);
        Verifier.check(Scheduled.of(graph, clusters));
        breach("reads s after it was written", () -> Verifier.check(Scheduled.of(graph, clusters.reversed())));
    }

    @Test
    void aSlotThatEndsBeforeItsReader() {
        breach(
                "is needed at launch",
                () -> Verifier.check(slots(life -> new Lifetime(life.bytes(), life.birth(), life.birth()))));
    }

    @Test
    void aSlotThatBeginsAfterItsWriter() {
        int last = sound.clusters().size();
        breach("is needed at launch", () -> Verifier.check(slots(life -> new Lifetime(life.bytes(), last, last))));
    }

    private Scheduled slots(UnaryOperator<Lifetime> change) {
        Map<Tensor, Lifetime> lifetimes = new LinkedHashMap<>();
        sound.memory().slots().forEach((tensor, slot) -> lifetimes.put(tensor, change.apply(slot.life())));
        return new Scheduled(sound.graph(), sound.clusters(), MemoryPlan.pack(lifetimes), sound.precision());
    }
}
