package dev.quipu.compiler.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.text.GraphText;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredWeightsTest {
    private static final Model LLAMA = ModelCatalog.preset("llama-tiny").model();

    private static Compiler storing(WeightStorage storage) {
        return Compiler.verifying().storing(storage);
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightStorage.class,
            names = {"BF16", "INT8"})
    void matricesChangeTheirTypeAndNormsDoNot(WeightStorage storage) {
        Graph graph = storing(storage).incremental(LLAMA, 1, 1, 128).scheduled().graph();
        Map<String, Type> types = storing(storage).storedWeights(LLAMA);
        Trace.parameters(LLAMA).forEach((name, parameter) -> {
            DType expected = parameter.shape().rank() == 2 ? storage.dtype() : DType.F32;
            assertEquals(
                    expected,
                    types.getOrDefault(name, new Type(DType.F32, parameter.shape()))
                            .dtype(),
                    name);
        });
        Map<String, DType> read = graph.nodes().stream()
                .filter(node -> node.op() instanceof ReadState)
                .map(node -> (ReadState) node.op())
                .collect(
                        Collectors.toMap(ReadState::state, state -> state.type().dtype(), (one, other) -> one));
        types.forEach((name, type) -> assertEquals(type.dtype(), read.get(name), name));
        assertEquals(DType.F32, read.get("cache.layers.0.attention.keys"));
        assertTrue(GraphText.print(graph).contains(": " + storage + "["), "the text says it");
        assertEquals(GraphText.print(graph), GraphText.print(GraphText.parse(GraphText.print(graph))));
    }

    private static Tensor weight(String name, Dim... dims) {
        return Tensor.apply(new ReadState(name, Type.f32(dims))).output(0);
    }

    @Test
    void whatElseReadsAWeightReadsF32() {
        Dim dim = new Dim("dim", 40);
        Tensor sum = Tensor.formula("x + w", Tensor.input("x", Type.f32(dim, dim)), weight("added", dim, dim));
        Tensor turned = sum.matmul(weight("turned", dim, dim));
        Tensor both = weight("both", dim, dim);
        Tensor twice = Tensor.formula("y + w", turned.linear(both), both);
        Graph graph = Graph.of("other", Map.of("y", twice.linear(weight("multiplied", dim, dim))), List.of());
        assertEquals(
                Set.of("multiplied"),
                StoredWeights.types(Simplify.of(graph), WeightStorage.INT8).keySet());
    }

    @Test
    void f32IsWhatTheGraphHas() {
        Graph graph = Simplify.of(Traced.logits(LLAMA, 1, 2).graph());
        assertSame(graph, StoredWeights.of(graph, WeightStorage.F32));
    }

    @Test
    void trainingRefuses() {
        String line = "weights: expected f32, found int8; training changes them in f32";
        Compiler compiler = storing(WeightStorage.INT8);
        assertEquals(
                line,
                assertThrows(QuipuException.class, () -> compiler.gradient(LLAMA, 1, 4))
                        .getMessage());
        assertEquals(
                line,
                assertThrows(QuipuException.class, () -> compiler.update(LLAMA, AdamW.LLAMA))
                        .getMessage());
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightStorage.class,
            names = {"BF16", "INT8"})
    void productsOfBf16ReadThemAsTheyAre(WeightStorage storage) {
        Graph graph = storing(storage)
                .in(Precision.BF16)
                .incremental(LLAMA, 1, 16, 128)
                .scheduled()
                .graph();
        List<Node> products = graph.nodes().stream()
                .filter(node -> node.op() instanceof MatMul)
                .toList();
        assertTrue(!products.isEmpty());
        products.forEach(product -> {
            assertEquals(DType.BF16, product.inputs().get(0).type().dtype());
            assertEquals(storage.dtype(), product.inputs().get(1).type().dtype());
            assertTrue(product.inputs().get(1).node().op() instanceof ReadState, "nothing is cast");
        });
    }

    @Test
    void productsOfBf16RoundWhatTheyWidenOfInt8() {
        Dim depth = new Dim("depth", 2);
        Type stored = new Type(DType.INT8, new Shape(List.of(new Dim("out", 3), depth)));
        Tensor weight = Tensor.apply(new ReadState("weight", stored)).output(0);
        Type rows = new Type(DType.BF16, new Shape(List.of(new Dim("rows", 1), depth)));
        Tensor product = Tensor.apply(new MatMul(false, true), Tensor.input("rows", rows), weight)
                .output(0);
        Graph graph = Graph.of("product", Map.of("product", product), List.of());
        float[] elements = {1.01f, 0, 0, 100.3f, 1.01f, 100.3f};
        Array found = new Reference(Map.of("weight", Array.of(stored, i -> elements[i])))
                .run(graph, Map.of("rows", Array.of(rows, i -> 1)))
                .get("product");
        float sum = BFloat16.round(1.01f) + BFloat16.round(100.3f);
        assertArrayEquals(new double[] {BFloat16.round(1.01f), BFloat16.round(100.3f), sum}, found.values());
    }

    @Test
    void tf32Refuses() {
        assertEquals(
                "precision: expected f32 or bf16 beside int8 weights, found tf32; products widen stored weights to f32"
                        + " or bf16",
                assertThrows(
                                QuipuException.class,
                                () -> storing(WeightStorage.INT8).in(Precision.TF32))
                        .getMessage());
    }
}
