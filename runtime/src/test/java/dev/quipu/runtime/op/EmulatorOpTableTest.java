package dev.quipu.runtime.op;

import dev.quipu.runtime.tornado.EmulatorDevice;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table in the kernels that are printed for GPUs: near the reference, without a fault, and bitwise the same again. */
class EmulatorOpTableTest {
    private static EmulatorDevice device;

    @BeforeAll
    static void open() {
        device = new EmulatorDevice();
    }

    @AfterAll
    static void close() {
        device.close();
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
        List<Example.Outcome> outcomes = DeviceRun.of(example, device, 2);
        Outcomes.assertSame(outcomes.get(0), outcomes.get(1), "the second run");
        Outcomes.assertNearReference(example, outcomes.getFirst(), accuracy);
    }
}
