package dev.quipu.runtime.op;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.jvm.Species;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of the table on the jvm device with narrower vectors than the processor has, near the reference: of each op the forward
 * pass, and its gradient, which has the forward pass in it, where there is one.
 */
class SpeciesOpTableTest {
    private static final Map<Integer, JvmDevice> DEVICES = new HashMap<>();

    @BeforeAll
    static void open() {
        Species.narrower().forEach(lanes -> DEVICES.put(lanes, Species.device(2, lanes)));
    }

    @AfterAll
    static void close() {
        DEVICES.values().forEach(JvmDevice::close);
        DEVICES.clear();
    }

    static Stream<Arguments> rows() {
        List<OpRow> rows = OpTable.rows();
        return Species.narrower().stream().flatMap(lanes -> rows.stream().map(row -> arguments(lanes, row)));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("rows")
    void isNearTheReference(int lanes, OpRow row) {
        Example example = row.gradient().orElseGet(row::forward);
        Accuracy accuracy = row.gradient().isPresent() ? Accuracy.OF_SUMS : row.accuracy();
        Outcomes.assertNearReference(
                example, DeviceRun.of(example, DEVICES.get(lanes), 1).getFirst(), accuracy);
    }
}
