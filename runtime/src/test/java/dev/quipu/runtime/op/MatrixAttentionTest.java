package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.Cast;
import dev.quipu.runtime.tornado.EmulatorDevice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention of bf16 on matrix units, by the emulator: nothing is wrong with the kernels, and they are near the reference. */
class MatrixAttentionTest {
    /** What rounding changes a weight by at most: bf16 has 8 binary places, so half a unit of the last is 1/256 of a power of two. */
    private static final double ROUNDING = 1.0 / 256;

    private static EmulatorDevice device;

    /** Documents are {@code document} long; 0 for one a row. */
    record Case(int batch, int length, int heads, int groups, int size, int window, int document) {
        String queries() {
            return "batch=" + batch + " sequence=" + length + " head=" + heads + " size=" + size;
        }

        String keys() {
            return "batch=" + batch + " sequence=" + length + " group=" + groups + " size=" + size;
        }
    }

    @BeforeAll
    static void open() {
        device = new EmulatorDevice(Products.GENERATED, GpuTarget.MATRICES);
    }

    @AfterAll
    static void close() {
        device.close();
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(1, 1, 1, 1, 16, 0, 0),
                new Case(2, 7, 2, 1, 16, 0, 0),
                new Case(1, 16, 1, 1, 32, 0, 0),
                new Case(1, 37, 4, 2, 48, 0, 0),
                new Case(1, 64, 2, 1, 64, 0, 0),
                new Case(2, 130, 2, 1, 64, 0, 0),
                new Case(1, 130, 1, 1, 128, 0, 0),
                new Case(1, 130, 2, 2, 64, 33, 0),
                new Case(1, 130, 2, 1, 16, 5, 0),
                new Case(1, 70, 2, 1, 16, 0, 20),
                new Case(1, 70, 1, 1, 224, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isNearTheReference(Case size) {
        Example example = example(size);
        Example.Outcome expected = example.interpret();
        Example.Outcome found = DeviceRun.of(example, device, 1).getFirst();
        assertEquals(
                "",
                Accuracy.OF_SUMS.complaint(
                        expected.results().get("1"), found.results().get("1")));
        Array output = expected.results().get("0");
        Array bounds = absolute(example).interpret().results().get("0");
        for (int i = 0; i < output.size(); i++) {
            double bound = ROUNDING * bounds.get(i) + 1e-5;
            assertEquals(output.get(i), found.results().get("0").get(i), bound, "element " + i);
        }
    }

    /** The same with the values' absolute values: outputs are the weights' errors at most times these. */
    private static Example absolute(Example example) {
        Map<String, Array> inputs = new LinkedHashMap<>(example.inputs());
        inputs.computeIfPresent("v", (name, v) -> Array.of(v.type(), place -> Math.abs(v.get(place))));
        return new Example(example.graph(), inputs, Map.of());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void usesMatrixUnitsWhereTheyAre(Case size) {
        assertTrue(source(size, GpuTarget.MATRICES).contains("mmaBF16"));
        assertFalse(source(size, GpuTarget.ANY).contains("mma"));
    }

    private static String source(Case size, GpuTarget target) {
        Scheduled scheduled = Programs.of(example(size).graph());
        StateLayout stateless = name -> {
            throw new AssertionError(name);
        };
        return TornadoProgram.of("row", scheduled, stateless, Products.GENERATED, target)
                .sources()
                .getFirst()
                .text();
    }

    private static Example example(Case size) {
        Map<String, Array> inputs = new LinkedHashMap<>();
        Tensor q = rounded("q", size.queries(), inputs);
        Tensor k = rounded("k", size.keys(), inputs);
        Tensor v = rounded("v", size.keys(), inputs);
        Attention op = new Attention(size.window(), (float) (1 / Math.sqrt(size.size())));
        Node node = size.document() == 0 ? Tensor.apply(op, q, k, v) : Tensor.apply(op, q, k, v, starts(size, inputs));
        Graph graph = Graph.of("row", Map.of("0", node.output(0), "1", node.output(1)), List.of());
        return new Example(graph, inputs, Map.of());
    }

    private static Tensor starts(Case size, Map<String, Array> inputs) {
        Values starts = (place, random) -> place % size.length() / size.document() * size.document();
        Leaf leaf = new Leaf(
                "starts", Leaf.type("i32 batch=" + size.batch() + " sequence=" + size.length()), starts, false);
        inputs.put("starts", leaf.array("starts"));
        return leaf.tensor();
    }

    /** An input whose numbers are bf16's, cast to it. */
    private static Tensor rounded(String name, String type, Map<String, Array> inputs) {
        Leaf leaf = new Leaf(name, Leaf.type(type), Values.normal(1), false);
        Array array = leaf.array(name);
        inputs.put(name, Array.of(array.type(), place -> BFloat16.round((float) array.get(place))));
        return Tensor.apply(new Cast(DType.BF16), leaf.tensor()).output(0);
    }
}
