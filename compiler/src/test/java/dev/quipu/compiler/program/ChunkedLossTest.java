package dev.quipu.compiler.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.rewrite.Rewrite;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.Lora;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.text.GraphText;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The loss in chunks is the loss, whatever stands between the stream and the loss. */
class ChunkedLossTest {
    private static final Dim VOCABULARY = new Dim("vocabulary", 7);
    private static final int BATCH = 2;
    private static final int SEQUENCE = 5;
    private static final int ROWS = BATCH * SEQUENCE;

    /** What makes logits of a stream. */
    enum Head {
        LINEAR,
        TIED,
        FROZEN,
        BIAS,
        LORA,
        FACTOR,
        SOFT_CAP,
        CUSTOM,
        NORMALISED,
        SOFTMAX,
        CENTRED,
        FLAT,
        DERIVED_WEIGHT,
        MEAN_OF_POSITIONS,
        BIAS_OF_POSITIONS,
        SHIFTED;

        Tensor logits(Heads model, Tensor x) {
            Tensor logits = model.linear.apply(x);
            return switch (this) {
                case LINEAR, FROZEN, BIAS -> logits;
                case TIED -> x.linear(model.table.tensor());
                case LORA -> model.lora.apply(x);
                case FACTOR -> Tensor.formula("x / 3", logits);
                case SOFT_CAP -> Tensor.formula("5 * tanh(x / 5)", logits);
                case CUSTOM -> DOUBLED.apply(logits);
                case NORMALISED -> logits.rmsNorm(model.gain.tensor(), 1e-5f);
                case SOFTMAX -> Tensor.formula("log(p + 0.01)", logits.softmax());
                case CENTRED -> logits.minus(logits.meanLast());
                case FLAT -> logits.flattenRows().silu().reshape(logits.shape());
                case DERIVED_WEIGHT -> x.linear(Tensor.formula("w * tanh(w)", model.table.tensor()));
                case MEAN_OF_POSITIONS -> logits.plus(logits.sum(1));
                case BIAS_OF_POSITIONS -> logits.plus(model.places.tensor());
                case SHIFTED -> logits.slice(1, 1, SEQUENCE - 1).pad(1, 0, 1);
            };
        }

        boolean keepsRowsApart() {
            return compareTo(MEAN_OF_POSITIONS) < 0;
        }
    }

    private static final Custom DOUBLED = Custom.of(
            "doubled", in -> Tensor.formula("2 * x", in.getFirst()), (in, y, g) -> List.of(Tensor.formula("2 * g", g)));

    record Heads(Parameter table, Parameter gain, Parameter places, Parameter norm, Linear linear, Lora lora, Head head)
            implements Model {
        static Heads of(Head head, int width) {
            Dim channel = new Dim("channel", width);
            Linear linear =
                    head == Head.BIAS ? Linear.withBias(channel, VOCABULARY, 1) : Linear.of(channel, VOCABULARY, 1);
            return new Heads(
                    Parameter.normal(1, VOCABULARY, channel),
                    Parameter.ones(VOCABULARY),
                    Parameter.ones(Dim.sequence(SEQUENCE), VOCABULARY),
                    Parameter.ones(channel),
                    head == Head.FROZEN ? new Linear(linear.weight().frozen(), null) : linear,
                    Lora.of(linear, 2, 3),
                    head);
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return head.logits(this, table.tensor().lookup(tokens).silu().rmsNorm(norm.tensor(), 1e-5f));
        }

        @Override
        public int vocabularySize() {
            return VOCABULARY.size();
        }

        @Override
        public int contextLength() {
            return 8;
        }
    }

    private static Graph joint(Model model, int batch, int sequence) {
        return Simplify.of(Differentiate.of(Traced.loss(model, batch, sequence)).graph());
    }

    /** Width 7 is the vocabulary's, so that the stream looks like logits. */
    static Stream<Arguments> heads() {
        return Stream.of(Head.values())
                .filter(Head::keepsRowsApart)
                .flatMap(head -> Stream.of(4, 7)
                        .flatMap(width -> Stream.of(1, 3, ROWS - 1).map(rows -> Arguments.of(head, width, rows))));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void lossAndGradientsAreThoseOfTheWhole(Head head, int width, int rows) {
        Model model = Heads.of(head, width);
        Graph whole = joint(model, BATCH, SEQUENCE);
        Graph chunked = checkSame(whole, rows);
        if (width != VOCABULARY.size()) {
            assertNoLogits(chunked);
        }
        assertEquals(Math.ceilDiv(ROWS, rows), count(chunked, CrossEntropy.class));
        checkSame(Simplify.of(Traced.loss(model, BATCH, SEQUENCE).graph()), rows);
        checkSame(joint(model, 1, VOCABULARY.size()), Math.min(rows, 3));
    }

    @ParameterizedTest
    @EnumSource
    void modelsOfEveryFamily(SmallModels family) {
        Graph whole = joint(family.model(), BATCH, SEQUENCE);
        for (int rows : new int[] {1, 4, ROWS - 1}) {
            checkSame(whole, rows);
        }
    }

    @ParameterizedTest
    @EnumSource
    void byDefaultNoBufferHoldsAllLogits(SmallModels family) {
        long all = (long) ROWS * SmallModels.VOCABULARY;
        Compiler compiler = Compiler.verifying();
        assertTrue(largest(compiler.withLossChunk(ROWS).gradient(family.model(), BATCH, SEQUENCE)) >= all);
        for (PlanRequest plan : List.of(PlanRequest.SAVE_ALL, PlanRequest.BLOCKS)) {
            Compiled compiled = compiler.keeping(plan).gradient(family.model(), BATCH, SEQUENCE);
            assertTrue(largest(compiled) < all);
        }
        assertTrue(largest(compiler.loss(family.model(), BATCH, SEQUENCE)) < all);
    }

    /** Elements of the largest tensor with a column for each token id. */
    private static long largest(Compiled compiled) {
        return compiled.scheduled().graph().nodes().stream()
                .flatMap(node -> node.types().stream())
                .filter(type -> type.shape().last().size() == SmallModels.VOCABULARY)
                .mapToLong(type -> type.shape().elements())
                .max()
                .orElseThrow();
    }

    private static Graph checkSame(Graph whole, int rows) {
        Graph chunked = ChunkedLoss.of(whole, rows);
        Verifier.check(chunked);
        Graph simple = Simplify.of(chunked);
        Verifier.check(simple);
        Scheduled scheduled = Scheduled.of(simple, Clustering.of(simple));
        Verifier.check(scheduled);
        Filled filled = Filled.of(whole, VOCABULARY.size(), 3)
                .withEach(Traced.TARGETS, place -> place % 4 == 2 ? -1 : place % VOCABULARY.size());
        Filled.Outcome expected = filled.interpret(whole);
        assertEquals("", expected.difference(filled.interpret(chunked), 1e-12), () -> GraphText.print(chunked));
        assertEquals("", expected.difference(ScheduleInterpreter.run(scheduled, filled), 1e-12));
        return simple;
    }

    private static void assertNoLogits(Graph graph) {
        for (Node node : graph.nodes()) {
            for (Type type : node.types()) {
                boolean all = type.shape().elements() >= (long) ROWS * VOCABULARY.size()
                        && type.shape().last().size() == VOCABULARY.size();
                assertFalse(all, node::toString);
            }
        }
    }

    private static long count(Graph graph, Class<?> op) {
        return graph.nodes().stream().filter(node -> op.isInstance(node.op())).count();
    }

    /** Gradients go into their state chunk by chunk, and losses and their gradient come from one kernel. */
    @Test
    void whatRunsInAChunk() {
        Graph chunked = Simplify.of(ChunkedLoss.of(joint(Heads.of(Head.BIAS, 4), BATCH, SEQUENCE), 4));
        List<String> kernels = Clustering.of(chunked).stream()
                .filter(cluster -> cluster.nodes().stream()
                        .flatMap(node -> Stream.concat(node.inputs().stream(), Rewrite.outputs(node).stream()))
                        .anyMatch(input -> input.shape().last().size() == VOCABULARY.size()
                                && input.shape().rows() == 4))
                .map(ChunkedLossTest::brief)
                .toList();
        List<String> chunk = List.of(
                "matMul pointwise",
                "crossEntropy crossEntropyBackward",
                "sum accumulateState",
                "matMul accumulateState",
                "matMul");
        assertEquals(Stream.of(chunk, chunk).flatMap(List::stream).toList(), kernels);
        assertEquals(
                3,
                chunked.nodes().stream()
                        .filter(node -> node.op().equals(new AccumulateState("gradient.linear.bias")))
                        .count());
    }

    private static String brief(Cluster cluster) {
        return String.join(
                " ", cluster.nodes().stream().map(node -> node.op().mnemonic()).toList());
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(Head.MEAN_OF_POSITIONS, "transpose of"),
                Arguments.of(Head.BIAS_OF_POSITIONS, "pointwise of"),
                Arguments.of(Head.SHIFTED, "pad of"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void rowsThatSeeEachOtherAreRefusedByNameOrLeftAlone(Head head, String found) {
        Graph whole = joint(Heads.of(head, 4), BATCH, SEQUENCE);
        String message = assertThrows(QuipuException.class, () -> ChunkedLoss.of(whole, 3))
                .getMessage();
        assertTrue(message.contains(found) && message.contains("ChunkedLossTest.java"), message);
        assertSame(whole, ChunkedLoss.of(whole));
    }

    @Test
    void logitsThatAreAResultAreRefused() {
        Graph loss = Simplify.of(
                Traced.loss(Heads.of(Head.LINEAR, 4), BATCH, SEQUENCE).graph());
        Tensor logits = loss.nodes().stream()
                .filter(node -> node.op() instanceof CrossEntropy)
                .map(node -> node.inputs().getFirst())
                .findFirst()
                .orElseThrow();
        Graph both =
                Graph.of("both", Map.of("logits", logits, "loss", loss.results().get(Traced.LOSS)), List.of());
        String message = assertThrows(QuipuException.class, () -> ChunkedLoss.of(both, 3))
                .getMessage();
        assertTrue(message.contains("a result"), message);
        assertSame(both, ChunkedLoss.of(both));
    }

    /** A gradient that depends on the loss's own value would need all rows first. */
    @Test
    void aGradientThatNeedsTheLossIsRefused() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("row", 6), new Dim("channel", 4)));
        Tensor targets = Tensor.input(Traced.TARGETS, Type.i32(new Dim("row", 6)));
        Tensor weight = Tensor.input("w", Type.f32(VOCABULARY, new Dim("channel", 4)));
        Tensor logits = x.linear(weight);
        Tensor loss = logits.crossEntropy(targets).sumAll();
        Graph squared = Graph.of("squared", Map.of("loss", loss.times(loss)), List.of());
        Tensor gradient = Differentiate.gradients(squared, squared.results().get("loss"), List.of(x))
                .get(x);
        Graph joint = Simplify.of(Graph.of("squared", Map.of("loss", loss, "gradient", gradient), List.of()));
        String message = assertThrows(QuipuException.class, () -> ChunkedLoss.of(joint, 3))
                .getMessage();
        assertTrue(message.contains("sum of"), message);
    }

    @Test
    void asManyRowsAsThereAreLeaveTheGraphAsItIs() {
        Graph whole = joint(Heads.of(Head.LINEAR, 4), BATCH, SEQUENCE);
        assertSame(whole, ChunkedLoss.of(whole, ROWS));
        String message = assertThrows(QuipuException.class, () -> ChunkedLoss.of(whole, 0))
                .getMessage();
        assertTrue(message.contains("at least 1 row"), message);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 512, 1",
        "2, 512, 1",
        "26, 19, 13",
        "100, 19, 64",
        "2048, 512, 1024",
        "4096, 32000, 576",
        "65536, 32000, 4096",
        "8192, 128256, 512"
    })
    void defaultRows(long rows, int vocabulary, int expected) {
        assertEquals(expected, ChunkedLoss.defaultRows(rows, vocabulary));
    }
}
