package dev.quipu.dsl.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Layers;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.RmsNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models built again with other parts. */
class LayersTest {
    private static final Dim C = TinyModel.CHANNELS;

    @Test
    void onlyTheRecordsAboveAPartAreBuiltAgain() {
        TinyModel model = TinyModel.of(3, Tensor::silu);
        Linear other = Linear.of(C, C, 1);
        TinyModel changed = Layers.replace(model, (path, layer) -> path.equals("layers.1.projection") ? other : layer);
        assertSame(other, changed.layers().get(1).projection());
        assertSame(model.layers().get(1).norm(), changed.layers().get(1).norm());
        assertSame(model.layers().get(0), changed.layers().get(0));
        assertSame(model.embedding(), changed.embedding());
        assertEquals(Trace.parameters(model).keySet(), Trace.parameters(changed).keySet());
        assertEquals(
                Traced.loss(model, 1, 3).graph(), Traced.loss(changed, 1, 3).graph());
    }

    @Test
    void whatNobodyReplacesIsTheSameModel() {
        TinyModel model = TinyModel.tied(2);
        assertSame(model, Layers.replace(model, (path, layer) -> layer));
        assertSame(model, Layers.replaceParameters(model, (name, parameter) -> parameter));
    }

    @Test
    void aTiedParameterIsReplacedOnceAndStaysTied() {
        List<String> asked = new ArrayList<>();
        TinyModel changed = Layers.replaceParameters(TinyModel.tied(1), (name, parameter) -> {
            asked.add(name);
            return parameter.frozen();
        });
        assertEquals(
                List.of("embedding.weight", "layers.0.norm.weight", "layers.0.projection.weight", "norm.weight"),
                asked);
        assertSame(changed.embedding().weight(), changed.output().weight());
    }

    @Test
    void aSharedLayerIsReplacedOnce() {
        TinyModel model = TinyModel.of(1, Tensor::silu);
        TinyModel.Block block = model.layers().getFirst();
        TinyModel shared = new TinyModel(model.embedding(), List.of(block, block), block.norm(), model.output(), 16);
        TinyModel changed = Layers.replaceParameters(shared, (name, parameter) -> parameter.frozen());
        assertNotSame(block, changed.layers().getFirst());
        assertSame(changed.layers().get(0), changed.layers().get(1));
        assertSame(changed.layers().getFirst().norm(), changed.norm());
    }

    @Test
    void layersAndUsesAreListed() {
        TinyModel model = TinyModel.tied(2);
        assertEquals(
                List.of("layers.0.projection", "layers.1.projection", "output"),
                List.copyOf(Layers.all(model, Linear.class).keySet()));
        Map<Parameter, Integer> uses = Layers.uses(model);
        assertEquals(2, uses.get(model.embedding().weight()));
        assertEquals(1, uses.get(model.norm().weight()));
    }

    /** Not to be built of anything else. */
    private record Fussy(RmsNorm norm) implements Layer {
        private Fussy {
            if (!norm.weight().trainable()) {
                throw new IllegalArgumentException("not this one");
            }
        }

        @Override
        public Tensor forward(Tensor input) {
            return norm.apply(input);
        }
    }

    private record Stack(List<RmsNorm> norms) implements Layer {
        @Override
        public Tensor forward(Tensor input) {
            return input;
        }
    }

    @Test
    void whatDoesNotFitADeclarationIsRefused() {
        TinyModel model = TinyModel.of(1, Tensor::silu);
        assertEquals(
                "layers.0.projection: expected a component that may be a RmsNorm, found Linear projection in the"
                        + " declaration of Block; declare it as Layer",
                refusal(model, "layers.0.projection"));
        assertEquals(
                "norms: expected a component that may be a Linear, found RmsNorm norms in the declaration of Stack;"
                        + " declare it as Layer",
                assertThrows(
                                QuipuException.class,
                                () -> Layers.replace(
                                        new Stack(List.of(model.norm())),
                                        (path, layer) -> path.equals("norms.0") ? model.output() : layer))
                        .getMessage());
        String fussy = assertThrows(
                        QuipuException.class,
                        () -> Layers.replaceParameters(
                                new Fussy(RmsNorm.of(C, 1)), (name, parameter) -> parameter.frozen()))
                .getMessage();
        assertEquals(
                "layer " + Fussy.class.getName()
                        + ": its constructor refuses other components: java.lang.IllegalArgumentException: not this"
                        + " one",
                fussy);
    }

    private static String refusal(TinyModel model, String place) {
        return assertThrows(
                        QuipuException.class,
                        () -> Layers.replace(model, (path, layer) -> path.equals(place) ? model.norm() : layer))
                .getMessage();
    }
}
