package dev.quipu.compiler.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Softmax;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InPlaceTest {
    private static final Dim ROW = new Dim("row", 6);
    private static final Dim CHANNEL = new Dim("channel", 4);
    private static final Tensor X = Tensor.input("x", Type.f32(ROW, CHANNEL));
    private static final Tensor W = Tensor.input("w", Type.f32(CHANNEL, CHANNEL));

    static Stream<Arguments> rows() {
        Tensor product = X.matmul(W);
        Tensor softmax = product.softmax();
        Tensor square = Tensor.input("square", Type.f32(ROW, ROW));
        Tensor sum = square.plus(Tensor.input("b", Type.f32(ROW)).softmax()).sum(1);
        Tensor moved = X.transpose(1, 0);
        Tensor one = Tensor.input("one", Type.f32(new Dim("one", 1), CHANNEL));
        return Stream.of(
                row("rows are written over, reduced or not", "softmax over matMul", softmax.matmul(W)),
                row(
                        "and through a view, at the places that it shows",
                        "softmax over matMul",
                        product.reshape(Shape.of(CHANNEL, ROW)).softmax().matmul(square)),
                row(
                        "a product is written over what its epilogue adds",
                        "pointwise over matMul",
                        softmax.matmul(W).plus(product).matmul(W)),
                row(
                        "but not over its operand",
                        "softmax over matMul",
                        softmax.matmul(W).plus(softmax).matmul(W)),
                row("nor over what is read later", "", softmax.matmul(W).plus(X).matmul(W), product.transpose(1, 0)),
                row("nor over a result", "", softmax.matmul(W), product),
                row("a result is written over nothing", "", softmax),
                row("a column is not written over a row", "", sum.matmul(one)),
                row(
                        "one output is written over an input, the other is not",
                        "pointwise over transpose",
                        moved.silu().matmul(square),
                        moved.times(moved).matmul(square)));
    }

    private static Arguments row(String name, String expected, Tensor... results) {
        return Arguments.of(name, expected, List.of(results));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatIsWrittenOverWhat(String name, String expected, List<Tensor> results) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        results.forEach(result -> named.put("result" + named.size(), result));
        Scheduled scheduled = scheduled(Graph.of("row", named, List.of()));
        assertEquals(expected, over(scheduled.memory()), name);
    }

    private static Scheduled scheduled(Graph graph) {
        Graph simple = Simplify.of(graph);
        Scheduled scheduled = Scheduled.of(simple, Clustering.of(simple));
        Verifier.check(scheduled);
        return scheduled;
    }

    private static String over(MemoryPlan memory) {
        return memory.slots().entrySet().stream()
                .filter(entry -> entry.getValue().life().over().isPresent())
                .map(entry -> entry.getKey().node().op().mnemonic() + " over "
                        + entry.getValue().life().over().get().node().op().mnemonic())
                .collect(Collectors.joining(", "));
    }

    @Test
    void oneAfterTheOtherTheyAreOneSlot() {
        Tensor softmax = X.matmul(W).softmax();
        Tensor moved = W.matmul(softmax.transpose(1, 0)).transpose(1, 0);
        Tensor sum = moved.matmul(W).plus(softmax);
        MemoryPlan memory = scheduled(Graph.of("chain", Map.of("y", sum.matmul(W)), List.of()))
                .memory();
        assertEquals("softmax over matMul, pointwise over softmax", over(memory));

        MemoryPlan.Slot last = memory.slots().values().stream()
                .filter(slot -> slot.life()
                        .over()
                        .filter(tensor -> tensor.node().op() instanceof Softmax)
                        .isPresent())
                .findFirst()
                .orElseThrow();
        MemoryPlan.Slot middle = memory.slots().get(last.life().over().orElseThrow());
        MemoryPlan.Slot first = memory.slots().get(middle.life().over().orElseThrow());
        assertEquals(last.offset(), middle.offset());
        assertEquals(last.offset(), first.offset());
    }

    @Test
    void randomGraphsHaveMuchToWriteOver() {
        long found = LongStream.range(0, 100)
                .filter(seed -> !over(scheduled(RandomGraph.of(seed)).memory()).isEmpty())
                .count();
        assertTrue(found > 20, () -> found + " of 100 graphs");
    }

    @Test
    void theArenaNeedsNoMoreThanWithMemoryForAll() {
        for (long seed = 0; seed < 100; seed++) {
            Graph simple = Simplify.of(RandomGraph.of(seed));
            MemoryPlan with = Scheduled.of(simple, Clustering.of(simple)).memory();
            MemoryPlan without = Scheduled.withoutUpdatesInPlace(simple, Clustering.of(simple))
                    .memory();
            assertTrue(with.lowerBound() <= without.lowerBound());
            assertEquals("", over(without));
        }
    }
}
