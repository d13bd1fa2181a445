package dev.quipu.dsl.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {
    private static final Tensor X =
            Tensor.input("x", Type.f32(new Dim("batch", 2), new Dim("sequence", 3), new Dim("channel", 8)));

    static Stream<Arguments> shapes() {
        Tensor heads = X.splitLast(new Dim("head", 2), new Dim("feature", 4));
        return Stream.of(
                Arguments.of(heads, "[batch=2, sequence=3, head=2, feature=4]"),
                Arguments.of(heads.mergeLast("channel"), "[batch=2, sequence=3, channel=8]"),
                Arguments.of(X.flattenRows(), "[batch*sequence=6, channel=8]"),
                Arguments.of(X.transpose(-1, 0, 1), "[channel=8, batch=2, sequence=3]"),
                Arguments.of(X.sum(-1), "[batch=2, sequence=3, channel=1]"),
                Arguments.of(X.sumAll(), "[one=1]"),
                Arguments.of(X.meanLast(), "[batch=2, sequence=3, channel=1]"),
                Arguments.of(Tensor.concat(-2, X, X), "[batch=2, sequence=6, channel=8]"),
                Arguments.of(X.slice(-1, 4, 4), "[batch=2, sequence=3, channel=4]"),
                Arguments.of(X.pad(-1, 1, 2), "[batch=2, sequence=3, channel=11]"));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void namesTravelThroughShapes(Tensor tensor, String shape) {
        assertEquals(shape, tensor.shape().toString());
    }

    @Test
    void sumToUndoesBroadcasting() {
        for (Shape shape : List.of(
                Shape.of(new Dim("channel", 8)),
                Shape.of(new Dim("batch", 2), new Dim("one", 1), new Dim("channel", 8)),
                Shape.scalar(),
                X.shape())) {
            Tensor small = Tensor.input("small", new Type(DType.F32, shape));
            assertEquals(shape, small.broadcastTo(X.shape()).sumTo(shape).shape());
        }
    }

    @Test
    void whatChangesNothingMakesNoNode() {
        assertSame(X, X.reshape(X.shape()));
        assertSame(X, X.cast(DType.F32));
        assertSame(X, X.sumTo(X.shape()));
    }

    @Test
    void axesThatAreNotThereAreNamedWithTheLine() {
        Shape shape = X.shape();
        int line = Lines.here() + 1;
        String refusal = refusal(() -> shape.dim(3));
        assertEquals(
                "TensorTest.java:" + line + ": expected an axis of [batch=2, sequence=3, channel=8], found 3", refusal);
    }

    @Test
    void dimensionsCheckThemselves() {
        assertEquals("dimension a: expected a size of at least 1, found 0", refusal(() -> new Dim("a", 0)));
        assertEquals(
                "dimension: expected a name of letters, digits and '_', found '1a'", refusal(() -> new Dim("1a", 1)));
        assertEquals(
                "a*b: expected a dimension below 2^31, found 2147483648; keep them apart",
                refusal(() -> new Dim("a", 1 << 16).times(new Dim("b", 1 << 15))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "a*", "*a", "a**b", "a*1", "a-b", "é", "a "})
    void namesOfDimensionsAreIdentifiers(String name) {
        assertThrows(QuipuException.class, () -> new Dim(name, 1));
    }

    @Test
    void dimensionsAreCalledAfterProducts() {
        assertEquals("_a1*B_*c", new Dim("_a1*B_*c", 1).name());
    }

    /** Whether it was made with the others or long before. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void nodesOfAGraphStandInTheOrderInWhichTheyWereMade(int between) {
        Tensor first = Tensor.constant(1, new Dim("a", 2));
        for (int i = 0; i < between; i++) {
            Tensor.constant(0, new Dim("a", 2));
        }
        Tensor second = Tensor.constant(2, new Dim("a", 2));
        Tensor sum = second.plus(first);
        assertEquals(
                List.of(first.node(), second.node(), sum.node()),
                Graph.of("sum", Map.of("y", sum), List.of()).nodes());
    }

    private static String refusal(Runnable body) {
        return assertThrows(QuipuException.class, body::run).getMessage();
    }
}
