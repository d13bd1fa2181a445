package dev.quipu.compiler.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Rope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProductInputsTest {
    private static final int BATCH = 2;
    private static final int SEQUENCE = 13;

    /** Eight bits behind the point: what one factor may lose. */
    private static final double TOLERANCE = 2e-2;

    private static Compiler in(Precision precision) {
        return Compiler.verifying().in(precision);
    }

    private static Compiled gradient(Model model, Precision precision) {
        return in(precision).gradient(model, BATCH, SEQUENCE);
    }

    private static Stream<Cast> casts(Graph graph) {
        return graph.nodes().stream()
                .map(Node::op)
                .filter(Cast.class::isInstance)
                .map(Cast.class::cast)
                .filter(cast -> cast.dtype() == DType.BF16);
    }

    @ParameterizedTest
    @EnumSource
    void productsAndAttentionReadBf16AndNothingElseDoes(SmallModels family) {
        for (Node node :
                gradient(family.model(), Precision.BF16).planned().graph().nodes()) {
            List<DType> read =
                    node.inputs().stream().map(input -> input.type().dtype()).toList();
            switch (node.op()) {
                case MatMul product -> assertEquals(List.of(DType.BF16, DType.BF16), read);
                case Attention attention -> assertEquals(List.of(DType.BF16, DType.BF16, DType.BF16), read);
                case AttentionBackward attention ->
                    assertEquals(List.of(DType.BF16, DType.BF16, DType.BF16, DType.BF16, DType.F32, DType.BF16), read);
                default -> assertTrue(Views.isView(node) || !read.contains(DType.BF16), node::toString);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWeightIsCastOnceAStepWhoeverReadsIt(SmallModels family) {
        Compiled compiled = gradient(family.model(), Precision.BF16);
        Map<String, Long> found = compiled.planned().graph().nodes().stream()
                .filter(node -> node.op() instanceof Cast)
                .map(node -> node.inputs().getFirst().node().op())
                .filter(ReadState.class::isInstance)
                .map(read -> ((ReadState) read).state())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Map<String, Long> matrices = Trace.parameters(family.model()).entrySet().stream()
                .filter(parameter -> parameter.getValue().shape().rank() == 2)
                .map(Map.Entry::getKey)
                // a table that is not the output's is looked up alone
                .filter(name -> !name.equals("embedding.weight")
                        || !Trace.parameters(family.model()).containsKey("output.weight"))
                .collect(Collectors.toMap(Function.identity(), name -> 1L));
        assertEquals(matrices, found);
    }

    @Test
    void whatOnlyProductsReadIsStoredInBf16Alone() {
        List<Cluster> clusters =
                gradient(SmallModels.LLAMA.model(), Precision.BF16).planned().clusters();
        Map<String, String> stored = clusters.stream()
                .filter(cluster -> cluster.head().site().layer().startsWith("layers.1"))
                .filter(Cluster::isForward)
                .filter(cluster -> !(cluster.head().op() instanceof Cast))
                .collect(Collectors.toMap(
                        cluster -> cluster.head().site().layer() + "."
                                + cluster.head().op().mnemonic(),
                        cluster -> cluster.outputs().stream()
                                .map(output -> output.type().dtype().toString())
                                .collect(Collectors.joining(" ")),
                        (one, other) -> one + ", " + other));
        assertEquals(
                "f32 bf16", stored.get("layers.1.attentionNorm.rmsNorm"), "the statistic, and the normalised rows");
        assertEquals("bf16, bf16", stored.get("layers.1.attention.rope"), "queries and keys");
        assertEquals("bf16", stored.get("layers.1.attention.wv.matMul"), "values");
        assertEquals("f32 bf16", stored.get("layers.1.attention.attention"), "the statistic, and the output");
        assertEquals("f32", stored.get("layers.1.attention.wo.matMul"), "with the residual stream");
        assertEquals("f32 bf16", stored.get("layers.1.feedForward.up.matMul"), "the product, and the activation");
    }

    @Test
    void aTensorThatOthersReadToo() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("row", 4), new Dim("column", 4)));
        Tensor turned = x.transpose(1, 0);
        Tensor product = turned.matmul(x);
        Graph rounded =
                ProductInputs.of(Graph.of("g", Map.of("y", product, "z", turned.silu()), List.of()), Precision.BF16);

        assertEquals(2, casts(rounded).count());
        assertEquals(
                List.of("MOVE", "ROWS", "ROWS", "PRODUCT"),
                Clustering.of(rounded).stream()
                        .map(cluster -> cluster.kind().name())
                        .sorted(Comparator.comparingInt(List.of("MOVE", "ROWS", "PRODUCT")::indexOf))
                        .toList(),
                "the move stores what silu reads; silu and the cast read the same rows, and x has a cast of its own");
    }

    @Test
    void viewsAreTakenOfTheCast() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("row", 4), new Dim("column", 6)));
        Tensor y = x.silu();
        Tensor half = y.slice(0, 2, 2);
        Graph rounded = ProductInputs.of(
                Graph.of("g", Map.of("y", half.matmul(half, false, true), "z", y.matmul(y, true, false)), List.of()),
                Precision.BF16);

        assertEquals(1, casts(rounded).count());
        assertEquals(3, Clustering.of(rounded).size(), "silu with its cast, and two products");
    }

    @ParameterizedTest
    @EnumSource
    void everyPlanGivesTheSameBits(SmallModels family) {
        Compiled all = gradient(family.model(), Precision.BF16);
        Filled filled = Filled.of(all.differentiated(), SmallModels.VOCABULARY, 3);
        Filled.Outcome expected = ScheduleInterpreter.run(all.scheduled(), filled);
        for (PlanRequest plan : Plans.of(3, 11)) {
            Compiled planned = in(Precision.BF16).keeping(plan).replan(all);
            assertEquals(
                    List.of(), expected.otherBits(ScheduleInterpreter.run(planned.scheduled(), filled)), plan.name());
        }
    }

    @Test
    void plansTakeLessMemory() {
        Model model = ModelCatalog.preset("llama-mini").model();
        for (PlanRequest plan : List.of(PlanRequest.SAVE_ALL, PlanRequest.PAPER, PlanRequest.BLOCKS)) {
            long exact = arena(model, plan, Precision.F32);
            long rounded = arena(model, plan, Precision.BF16);
            assertTrue(rounded < exact, () -> plan.name() + ": " + rounded + " bytes against " + exact);
        }
    }

    private static long arena(Model model, PlanRequest plan, Precision precision) {
        return in(precision)
                .keeping(plan)
                .gradient(model, 8, 256)
                .scheduled()
                .memory()
                .bytes();
    }

    @Test
    void layersStayAlike() {
        Compiled compiled = gradient(SmallModels.LLAMA.layers(8), Precision.BF16);
        assertEquals(
                List.of("layers.0-7"),
                compiled.scheduled().blocks().blocks().stream()
                        .map(block -> block.label())
                        .toList());
    }

    @Test
    void decodingRoundsItsProductsAndReadsItsCachesAsTheyAre() {
        Model model = SmallModels.GROUPED.model();
        Compiled exact = in(Precision.F32).incremental(model, BATCH, 3, 16);
        Compiled rounded = in(Precision.BF16).incremental(model, BATCH, 3, 16);
        Filled filled = Filled.of(rounded.planned().graph(), SmallModels.VOCABULARY, 4);
        Filled placed = filled.with("position", 2, 5);
        Filled.Outcome expected = placed.interpret(exact.planned().graph());
        assertEquals("", expected.difference(placed.interpret(rounded.planned().graph()), TOLERANCE));
        assertEquals(
                List.of(),
                placed.interpret(rounded.planned().graph())
                        .otherBits(ScheduleInterpreter.run(rounded.scheduled(), placed)));
    }

    @Test
    void otherPrecisionsAndTheOptimizerChangeNothing() {
        Model model = SmallModels.LLAMA.model();
        Graph simple = gradient(model, Precision.F32).planned().graph();
        assertSame(simple, ProductInputs.of(simple, Precision.F32));
        assertSame(simple, ProductInputs.of(simple, Precision.TF32));
        assertEquals(Precision.TF32, gradient(model, Precision.TF32).scheduled().precision());
        assertEquals(
                0,
                casts(in(Precision.BF16).update(model, AdamW.LLAMA).planned().graph())
                        .count());
    }

    @Test
    void whatIsRoundedAlreadyIsNotRoundedAgain() {
        Graph once =
                gradient(SmallModels.LLAMA.model(), Precision.BF16).planned().graph();
        assertEquals(
                casts(once).count(),
                casts(ProductInputs.of(once, Precision.BF16)).count());
    }

    @Test
    void theInterpreterRounds() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("row", 3)));
        Graph graph = Graph.of("g", Map.of("y", x.cast(DType.BF16).cast(DType.F32)), List.of());
        Filled filled = Filled.of(graph, 1, 1).with("x", 1 + 0x1p-8, 1 + 0x3p-8, -Math.PI);
        assertEquals(
                List.of(1.0, 1 + 0x1p-6, -3.140625),
                Arrays.stream(filled.interpret(graph).results().get("y").values())
                        .boxed()
                        .toList());
        assertTrue(
                Clustering.of(graph).stream()
                        .noneMatch(cluster -> cluster.nodes().size() > 1),
                "a kernel does not round what it passes on inside");
    }

    @Test
    void ropeIsStoredAsItsCast() {
        List<Node> ropes = gradient(SmallModels.LLAMA.model(), Precision.BF16).planned().clusters().stream()
                .filter(cluster -> cluster.head().op() instanceof Rope)
                .map(cluster -> cluster.nodes().getLast())
                .toList();
        assertEquals(8, ropes.size());
        assertTrue(ropes.stream().allMatch(node -> node.op() instanceof Cast));
    }
}
