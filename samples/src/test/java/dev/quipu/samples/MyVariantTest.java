package dev.quipu.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.op.Call;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MyVariantTest {
    @Test
    void isTraced() {
        Traced traced = Traced.loss(new MyVariant(), 2, 9);
        assertEquals(3 + 4 * (1 + 4 + 3), traced.parameters().size());
        assertEquals(
                1,
                traced.graph().nodes().stream()
                        .filter(node -> node.op() instanceof Call)
                        .count());
        assertEquals(Optional.empty(), ModelFormat.of(new MyVariant()));
    }

    /** A feed-forward whose projection back has the channels of something else. */
    record ShapeMistake(Embedding embedding, FeedForward feedForward) implements Model {
        private static final Dim CHANNEL = new Dim("channel", 8);

        record FeedForward(Linear up, Linear down) implements Layer {
            @Override
            public Tensor forward(Tensor x) {
                Tensor back = down.apply(up.apply(x).silu());
                return x.plus(back);
            }
        }

        ShapeMistake() {
            this(
                    Embedding.of(new Dim("vocabulary", 8), CHANNEL, 0.02),
                    new FeedForward(
                            Linear.of(CHANNEL, new Dim("hidden", 16), 0.02),
                            Linear.of(new Dim("hidden", 16), new Dim("channel", 12), 0.02)));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            return feedForward.apply(embedding.apply(tokens));
        }

        @Override
        public int vocabularySize() {
            return 8;
        }

        @Override
        public int contextLength() {
            return 4;
        }
    }

    @Test
    void aShapeMistakeIsReportedAtItsOwnLineWithTheLayersPath() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> Traced.logits(new ShapeMistake(), 1, 4));
        int line = Arrays.stream(mistake.getStackTrace())
                .filter(frame -> frame.getClassName().equals(ShapeMistake.FeedForward.class.getName()))
                .findFirst()
                .orElseThrow()
                .getLineNumber();
        assertTrue(mistake.getMessage().contains("in feedForward at MyVariantTest.java:" + line), mistake.getMessage());
        assertTrue(mistake.getMessage().contains("expected dimension channel=8"), mistake.getMessage());
        assertTrue(mistake.getMessage().contains("found channel=12"), mistake.getMessage());
    }
}
