package dev.quipu.compiler.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelCatalog;
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
        assertThrows(QuipuException.class, () -> compiler.in(Precision.BF16));
    }
}
