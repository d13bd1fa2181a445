package dev.quipu.compiler.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferenceTest {
    private static final Type PAIR = Type.f32(new Dim("channel", 2));
    private static final Type ONE = Type.i32(new Dim("one", 1));

    private final Map<String, Array> state = new HashMap<>(Map.of("x", Array.of(PAIR, 1, 2)));

    private static Tensor read(String name, Type type) {
        return Tensor.apply(new ReadState(name, type)).output(0);
    }

    @Test
    void readsSeeTheStateBeforeTheRun() {
        Tensor before = read("x", PAIR);
        Node write = Tensor.apply(new WriteState("x"), before.plus(before));
        Tensor after = read("x", PAIR);
        Graph graph = Graph.of("swap", Map.of("read", after), List.of(write));

        assertArrayEquals(
                new double[] {1, 2},
                new Reference(state).run(graph, Map.of()).get("read").values());
        assertArrayEquals(new double[] {2, 4}, state.get("x").values());
    }

    @Test
    void accumulationsAddUp() {
        Tensor x = read("x", PAIR);
        Node first = Tensor.apply(new AccumulateState("x"), x);
        Node second = Tensor.apply(new AccumulateState("x"), Tensor.constant(10, new Dim("channel", 2)));

        new Reference(state).run(Graph.of("add", Map.of(), List.of(first, second)), Map.of());

        assertArrayEquals(new double[] {12, 14}, state.get("x").values());
    }

    @Test
    void aRunThatFailsChangesNothing() {
        Node write = Tensor.apply(new WriteState("x"), Tensor.constant(0, new Dim("channel", 2)));
        Tensor table = Tensor.constant(1, new Dim("vocabulary", 3), new Dim("channel", 2));
        Graph graph = Graph.of("lookup", Map.of("row", table.lookup(Tensor.input("ids", ONE))), List.of(write));

        QuipuException refused = assertThrows(
                QuipuException.class, () -> new Reference(state).run(graph, Map.of("ids", Array.of(ONE, 3))));

        String message = refused.getMessage();
        assertTrue(message.contains("expected ids in [0, 3)") && message.contains("found 3 at position 0"), message);
        assertTrue(message.contains("ReferenceTest.java"), message);
        assertArrayEquals(new double[] {1, 2}, state.get("x").values());
    }

    @Test
    void missingAndMisshapenInputsAreRefusedByName() {
        Graph graph = Graph.of("copy", Map.of("y", Tensor.input("y", PAIR)), List.of());
        Reference reference = new Reference(state);

        QuipuException missing = assertThrows(QuipuException.class, () -> reference.run(graph, Map.of()));
        assertEquals("input y: expected f32[channel=2], found nothing", missing.getMessage());
        QuipuException misshapen =
                assertThrows(QuipuException.class, () -> reference.run(graph, Map.of("y", Array.of(ONE, 1))));
        assertEquals("input y: expected f32[channel=2], found i32[one=1]", misshapen.getMessage());
    }

    @Test
    void decodingThroughTheCacheIsAttentionOverAllRows() {
        Type rows = Type.f32(Dim.batch(1), Dim.sequence(5), new Dim("head", 2), new Dim("size", 4));
        Array q = Array.of(rows, i -> Math.sin(i));
        Array k = Array.of(rows, i -> Math.cos(2 * i));
        Array v = Array.of(rows, i -> i % 7);
        Tensor whole = Tensor.input("q", rows).attention(Tensor.input("k", rows), Tensor.input("v", rows), 3);
        Array expected = new Reference(Map.of())
                .run(Graph.of("whole", Map.of("y", whole), List.of()), Map.of("q", q, "k", k, "v", v))
                .get("y");

        Map<String, Array> cache = new HashMap<>(Map.of("keys", Array.zeros(rows), "values", Array.zeros(rows)));
        Graph step = decode(rows);
        for (int position = 0; position < 5; position++) {
            Map<String, Array> inputs = Map.of(
                    "q", row(q, position),
                    "k", row(k, position),
                    "v", row(v, position),
                    "position", Array.of(ONE, position));
            Array found = new Reference(cache).run(step, inputs).get("y");
            assertArrayEquals(row(expected, position).values(), found.values(), 1e-7, "position " + position);
        }
        assertTrue(cache.get("keys").sameBits(k));
    }

    private static Graph decode(Type rows) {
        Type row = rows.withShape(rows.shape().with(1, Dim.sequence(1)));
        Tensor position = Tensor.input("position", ONE);
        Tensor keys = Tensor.apply(new CacheWrite("keys"), read("keys", rows), Tensor.input("k", row), position)
                .output(0);
        Tensor values = Tensor.apply(new CacheWrite("values"), read("values", rows), Tensor.input("v", row), position)
                .output(0);
        Tensor y = Tensor.apply(new CachedAttention(3, 0.5f), Tensor.input("q", row), keys, values, position)
                .output(0);
        return Graph.of("step", Map.of("y", y), List.of());
    }

    private static Array row(Array array, int position) {
        Type type = array.type().withShape(array.type().shape().with(1, Dim.sequence(1)));
        return Array.of(type, i -> array.get(position * 8 + i));
    }

    @Test
    void anObserverSeesEveryNodeAndTheInsideOfCalls() {
        Custom twice = Custom.of(
                "twice",
                in -> Tensor.formula("2 * x", in.get(0)),
                (in, output, gradient) -> List.of(Tensor.formula("2 * g", gradient)));
        Graph graph = Graph.of("outer", Map.of("y", twice.apply(read("x", PAIR))), List.of());
        List<String> seen = new ArrayList<>();

        new Reference(state)
                .trace(
                        graph,
                        Map.of(),
                        (node, output, value) -> seen.add(node.op().mnemonic() + value.get(1)));

        assertEquals(List.of("readState2.0", "input2.0", "pointwise4.0", "call4.0"), seen);
    }

    @Test
    void finiteDifferencesOfACubeAreExact() {
        Tensor x = read("x", PAIR);
        Graph graph =
                Graph.of("cube", Map.of("y", Tensor.formula("x * x * x", x).sumAll()), List.of());
        FiniteDifferences differences = new FiniteDifferences(graph, "y", Map.of(), state);

        Map<String, Array> direction = Map.of("x", Array.of(PAIR, 1, -1));

        assertEquals(3 - 12, differences.along(direction, 0.1), 1e-12);
        assertEquals(-9, FiniteDifferences.along(direction, Map.of("x", Array.of(PAIR, 3, 12))));
    }
}
