package dev.quipu.codegen.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel language refuses, and the values that its helpers leave out. */
class KernelLanguageTest {
    private static final Value.Variable ROW = new Value.Variable("row", KernelType.INT);
    private static final Value.Variable X = new Value.Variable("x", KernelType.FLOAT);
    private static final Value.Variable VECTOR = new Value.Variable("v", KernelType.floats(8));

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3, 5, 32})
    void vectorsHaveAPowerOfTwoOfLanesUpTo16(int lanes) {
        assertThrows(AssertionError.class, () -> KernelType.floats(lanes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LONG", "SEGMENT", "ARRAY"})
    void thereAreNoVectorsOf(String kind) {
        assertThrows(AssertionError.class, () -> new KernelType(KernelType.Kind.valueOf(kind), 4));
    }

    @Test
    void operandsHaveOneType() {
        assertThrows(AssertionError.class, () -> Emitter.minus(X, ROW));
        assertThrows(AssertionError.class, () -> Emitter.minus(X, VECTOR));
        assertEquals(KernelType.floats(8), Emitter.minus(VECTOR, VECTOR).type());
    }

    @Test
    void aPhaseHasParts() {
        assertThrows(AssertionError.class, () -> new Kernel.Phase("empty", 0, List.of()));
    }

    @Test
    void typesFollowFromOperators() {
        assertEquals(KernelType.LONG, Emitter.toLong(ROW).type());
        assertEquals(KernelType.ints(8), new Value.Unary(Value.UnaryOperator.FLOAT_TO_BITS, VECTOR).type());
        assertEquals(
                new KernelType(KernelType.Kind.BOOLEAN, 8),
                new Value.Compare(Value.Comparison.LESS, VECTOR, VECTOR).type());
        assertEquals(KernelType.FLOAT, new Value.FirstLane(VECTOR).type());
        assertEquals(KernelType.floats(4), new Value.Splat(X, 4).type());
    }

    @Test
    void sumsAndProductsLeaveOutWhatChangesNothing() {
        assertEquals(ROW, Emitter.plus(ROW, Emitter.integer(0)));
        assertEquals(ROW, Emitter.plus(Emitter.integer(0), ROW));
        assertEquals(ROW, Emitter.times(ROW, Emitter.integer(1)));
        assertEquals(Emitter.integer(12), Emitter.times(Emitter.integer(3), 4));
        // x + 0 and x * 1 of floats stay: -0 + 0 is 0
        assertEquals(
                new Value.Binary(Value.BinaryOperator.ADD, X, Emitter.number(0, 1)),
                Emitter.plus(X, Emitter.number(0, 1)));
    }

    @ParameterizedTest
    @CsvSource({"sum,sum", "for,for_", "_,__", "float,float_"})
    void namesAreIdentifiers(String wanted, String given) {
        Emitter emitter = new Emitter();
        assertEquals(given, emitter.fresh(wanted));
        assertEquals(given + 2, emitter.fresh(wanted));
    }

    @Test
    void namesOfLoopsAreFreshInTheirBodiesAndBehind() {
        Emitter emitter = new Emitter();
        emitter.reserve("row");
        emitter.loop("row", Emitter.integer(0), Emitter.integer(4), 1, (body, row) -> {
            assertEquals("row2", row.name());
            assertEquals("row3", body.let("row", row).name());
        });
        assertEquals("row4", emitter.let("row", Emitter.integer(1)).name());
    }

    @Test
    void lanesAreAddedInATreeOfHalves() {
        Emitter emitter = new Emitter();
        Value total = emitter.lanes(Value.BinaryOperator.ADD, VECTOR);
        assertEquals(KernelType.FLOAT, total.type());
        assertEquals(4, emitter.statements().size(), "three halves and the first lane");
        Statement.Declare first = (Statement.Declare) emitter.statements().getFirst();
        Value.Shuffle turned = (Value.Shuffle) ((Value.Binary) first.value()).right();
        assertEquals(List.of(4, 5, 6, 7, 0, 1, 2, 3), turned.lanes());
        assertEquals(X, new Emitter().lanes(Value.BinaryOperator.MAX, X));
    }
}
