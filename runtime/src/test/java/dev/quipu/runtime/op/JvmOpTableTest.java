package dev.quipu.runtime.op;

import dev.quipu.runtime.jvm.JvmDevice;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table on the jvm device: near the reference, and bitwise the same whoever computes it how often. */
class JvmOpTableTest {
    private static JvmDevice alone;
    private static JvmDevice together;

    @BeforeAll
    static void open() {
        alone = new JvmDevice(1);
        together = new JvmDevice(2);
    }

    @AfterAll
    static void close() {
        alone.close();
        together.close();
    }

    static List<OpRow> rows() {
        return OpTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void forwardIsNearTheReference(OpRow row) {
        check(row.forward(), row.accuracy());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void gradientsAreNearTheReference(OpRow row) {
        row.gradient().ifPresent(example -> check(example, Accuracy.OF_SUMS));
    }

    private static void check(Example example, Accuracy accuracy) {
        Outcomes.assertNearReference(example, reproducible(example), accuracy);
    }

    /** What one worker and two leave, each several times. */
    private static Example.Outcome reproducible(Example example) {
        List<Example.Outcome> byOne = DeviceRun.of(example, alone, 1);
        List<Example.Outcome> byTwo = DeviceRun.of(example, together, 2);
        Outcomes.assertSame(byTwo.get(0), byTwo.get(1), "the second run");
        Outcomes.assertSame(byTwo.get(0), byOne.get(0), "one worker");
        return byOne.getFirst();
    }
}
