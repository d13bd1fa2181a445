package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Accesses to one element by the first and the second work-item that run, whichever they are. */
class ShadowTest {
    private final FloatArray host = new FloatArray(4);
    private final DeviceArray device = DeviceArray.of(host);

    /** Runs two work-items; {@code R} reads element 1 and {@code W} writes it. */
    private void run(int groups, String... accesses) {
        List<String> left = new ArrayList<>(List.of(accesses));
        Task.Code code = arguments -> {
            FloatArray array = (FloatArray) arguments[0];
            for (char access : left.removeFirst().toCharArray()) {
                if (access == 'W') {
                    array.set(1, 1);
                } else {
                    assertTrue(array.get(1) <= 1);
                }
            }
        };
        Task task = new Task("graph.task", code, List.of(host), false, Optional.empty());
        new Launch(task, Map.of(host, device)).run(groups, accesses.length / groups, 1);
    }

    static Stream<Arguments> races() {
        return Stream.of(
                arguments("R", "W"),
                arguments("W", "R"),
                arguments("W", "W"),
                arguments("R", "RW"),
                arguments("RW", "R"));
    }

    @ParameterizedTest(name = "{0} then {1}")
    @MethodSource("races")
    void workItemsOfAGroupRace(String first, String second) {
        device.shadow().written();
        KernelFault fault = assertThrows(KernelFault.class, () -> run(1, first, second));
        assertEquals(FaultKind.RACE, fault.fault().kind());
    }

    @ParameterizedTest(name = "{0} then {1}")
    @MethodSource("races")
    void workGroupsRace(String first, String second) {
        device.shadow().written();
        KernelFault fault = assertThrows(KernelFault.class, () -> run(2, first, second));
        assertEquals(FaultKind.RACE, fault.fault().kind());
    }

    @Test
    void readingTogetherAndWritingAloneAreNoRaces() {
        device.shadow().written();
        assertDoesNotThrow(() -> run(1, "R", "R"));
        assertDoesNotThrow(() -> run(2, "R", "R"));
        assertDoesNotThrow(() -> run(1, "RWRW"));
    }

    private static Windows.Window window(int begin, int end, boolean fresh) {
        return new Windows.Window(0, begin, end, fresh);
    }

    @Test
    void whatIsFreshIsUnwritten() {
        device.shadow().written();
        device.shadow().restrict(List.of(window(0, 2, false), window(2, 4, true)));
        assertEquals(2, device.shadow().firstUnwritten());
    }

    @Test
    void whatIsFreshAndAnotherBuffersStaysWritten() {
        device.shadow().written();
        device.shadow().restrict(List.of(window(0, 3, false), window(2, 4, true)));
        assertEquals(-1, device.shadow().firstUnwritten());
    }
}
