package dev.quipu.dsl.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Origin;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.text.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a trace knows of the user's layers, parameters and lines. */
class TracedTest {
    @Test
    void parametersAreNamedAfterTheComponentsThatLeadToThem() {
        assertEquals(
                List.of(
                        "embedding.weight",
                        "layers.0.norm.weight",
                        "layers.0.projection.weight",
                        "layers.1.norm.weight",
                        "layers.1.projection.weight",
                        "norm.weight",
                        "output.weight"),
                List.copyOf(Trace.parameters(TinyModel.of(2, Tensor::silu)).keySet()));
    }

    @Test
    void aTiedParameterHasOneNameAndOneRead() {
        Traced traced = Traced.logits(TinyModel.tied(1), 2, 3);
        List<String> names =
                List.of("embedding.weight", "layers.0.norm.weight", "layers.0.projection.weight", "norm.weight");
        assertEquals(names, List.copyOf(traced.parameters().keySet()));
        assertEquals(
                names,
                traced.graph().nodes().stream()
                        .map(Node::op)
                        .filter(ReadState.class::isInstance)
                        .map(op -> ((ReadState) op).state())
                        .toList());
    }

    @Test
    void aFrozenParameterIsAnotherOneThatIsNotTrained() {
        Parameter parameter = Parameter.ones(new Dim("a", 2));
        assertTrue(parameter.trainable());
        assertFalse(parameter.frozen().trainable());
        assertEquals(parameter.shape(), parameter.frozen().shape());
        assertSame(parameter.initial(), parameter.frozen().initial());
    }

    @Test
    void everyNodeKnowsTheLineAndLayerThatMadeIt() {
        int line = Lines.here() + 1;
        Traced traced = Traced.logits(TinyModel.of(2, x -> Tensor.formula("x * x", x)), 2, 3);
        List<Site> sites = traced.graph().nodes().stream()
                .map(Node::site)
                .filter(site -> !site.layer().isEmpty() && site.origin().file().equals("TracedTest.java"))
                .toList();
        Origin origin = new Origin("TracedTest.java", line);
        assertEquals(
                List.of(
                        new Site("layers.0", origin, Site.Pass.FORWARD),
                        new Site("layers.1", origin, Site.Pass.FORWARD)),
                sites);
        assertTrue(traced.graph().nodes().stream()
                .noneMatch(node -> node.site().origin().equals(Origin.UNKNOWN)));
    }

    @Test
    void aShapeMistakeNamesTheUsersLineAndLayer() {
        int line = Lines.here() + 1;
        TinyModel model = TinyModel.of(2, x -> x.plus(Tensor.constant(1, new Dim("other", 5))));
        assertEquals(
                "pointwise in layers.0 at TracedTest.java:" + line
                        + ": expected dimension channel=8 to meet the same size or 1, found other=5"
                        + " (shapes [batch=2, sequence=3, channel=8] and [other=5])",
                refusal(() -> Traced.logits(model, 2, 3)));
    }

    @Test
    void aMissingTensorNamesTheUsersLine() {
        int line = Lines.here() + 1;
        TinyModel model = TinyModel.of(1, x -> x.plus(null));
        assertEquals(
                "pointwise in layers.0 at TracedTest.java:" + line + ": expected tensors as inputs, found null",
                refusal(() -> Traced.logits(model, 2, 3)));
    }

    @Test
    void aParameterOutsideTheModelIsRefused() {
        Parameter stray = Parameter.ones(new Dim("stray", 8));
        int line = Lines.here() + 1;
        TinyModel model = TinyModel.of(1, x -> x.times(stray.tensor()));
        assertEquals(
                "in layers.0 at TracedTest.java:" + line + ": expected a parameter that is a component of the model"
                        + " or of one of its layers, found one of shape [stray=8] outside it;"
                        + " make it a component of the layer's record",
                refusal(() -> Traced.logits(model, 2, 3)));
        assertEquals(
                "parameter of shape [stray=8] was read outside a trace;"
                        + " read parameters inside the forward method of a layer",
                refusal(stray::tensor));
    }

    @Test
    void aSequenceBeyondTheContextIsRefused() {
        assertEquals(
                "--seq: expected a sequence of at most 16 tokens, the model's context, found 17;"
                        + " shorten the sequence or declare a longer context",
                refusal(() -> Traced.logits(TinyModel.of(1, Tensor::silu), 2, 17)));
    }

    private record NoLogits() implements Model {
        @Override
        public int vocabularySize() {
            return 11;
        }

        @Override
        public int contextLength() {
            return 16;
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return tokens;
        }
    }

    @Test
    void aModelThatGivesNoLogitsIsRefused() {
        assertEquals(
                "NoLogits.forward: expected logits [batch=2, sequence=3, vocabulary=11], found [batch=2, sequence=3];"
                        + " return the output projection's logits",
                refusal(() -> Traced.logits(new NoLogits(), 2, 3)));
    }

    @Test
    void aLayerThatIsNoRecordIsRefused() {
        Layer layer = input -> input;
        assertTrue(refusal(() -> Trace.parameters(layer)).endsWith("; declare it as a record"));
    }

    @Test
    void theSameModelTracesToEqualGraphsAndOthersDoNot() {
        Graph graph = loss(2, 3);
        assertEquals(graph, loss(2, 3));
        assertEquals(graph.hashCode(), loss(2, 3).hashCode());
        assertFalse(graph.equals(loss(2, 4)));
        assertFalse(graph.equals(loss(3, 3)));
        assertFalse(graph.equals(Traced.logits(TinyModel.tied(2), 2, 3).graph()));
    }

    private static Graph loss(int layers, int sequence) {
        return Traced.loss(TinyModel.tied(layers), 2, sequence).graph();
    }

    @Test
    void aTracedModelComesBackFromItsText() {
        Graph graph = Traced.loss(TinyModel.tied(3), 2, 3).graph();
        assertEquals(graph, GraphText.parse(GraphText.print(graph)));
    }

    private static String refusal(Runnable body) {
        return assertThrows(QuipuException.class, body::run).getMessage();
    }
}
