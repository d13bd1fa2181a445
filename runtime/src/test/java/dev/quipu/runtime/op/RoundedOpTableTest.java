package dev.quipu.runtime.op;

import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.ProductInputs;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.onednn.RoundedProducts;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of the table whose ops multiply, with factors in bf16, on the jvm device. */
class RoundedOpTableTest {
    /** Numbers that are computed and then rounded may be neighbours in bf16, and the next product reads them. */
    private static final Accuracy OF_ROUNDED = new Accuracy(1.0 / 64, 1);

    private static JvmDevice alone;
    private static JvmDevice together;

    @BeforeAll
    static void open() {
        RoundedProducts.assumeHere();
        alone = new JvmDevice(1);
        together = new JvmDevice(2);
    }

    @AfterAll
    static void close() {
        if (alone != null) {
            alone.close();
            together.close();
        }
    }

    static List<OpRow> rows() {
        return OpTable.rows().stream()
                .filter(row -> Set.of(MatMul.class, Attention.class).contains(row.op()))
                .toList();
    }

    /** Inputs are rounded as they are, so both multiply the same numbers. */
    @ParameterizedTest
    @MethodSource("rows")
    void forwardIsNearTheReference(OpRow row) {
        check(row.forward(), row.accuracy());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void gradientsAreNearTheReference(OpRow row) {
        row.gradient().ifPresent(example -> check(example, OF_ROUNDED));
    }

    private static void check(Example exact, Accuracy accuracy) {
        Example example = new Example(
                ProductInputs.of(Simplify.of(exact.graph()), Precision.BF16), exact.inputs(), exact.state());
        List<Example.Outcome> byOne = DeviceRun.of(example, alone, 1);
        List<Example.Outcome> byTwo = DeviceRun.of(example, together, 2);
        Outcomes.assertSame(byTwo.get(0), byTwo.get(1), "the second run");
        Outcomes.assertSame(byTwo.get(0), byOne.get(0), "one worker");
        Outcomes.assertNearReference(example, byOne.getFirst(), accuracy);
    }
}
