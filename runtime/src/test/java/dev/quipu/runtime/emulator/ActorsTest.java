package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Numbers of work-items run out and are given back: what was done under the old ones is the past then. */
class ActorsTest {
    private static final int ITEMS = 8;

    private final FloatArray host = new FloatArray(ITEMS);
    private final DeviceArray device = DeviceArray.of(host);

    /** Each work-item adds one to the element of its own number and another one. */
    private void launch(int distance) {
        Task.Code code = arguments -> {
            FloatArray array = (FloatArray) arguments[1];
            int place = (((KernelContext) arguments[0]).localIdx + distance) % ITEMS;
            array.set(place, array.get(place) + 1);
        };
        Task task = new Task("graph.task", code, List.of(new KernelContext(), host), false, Optional.empty());
        new Launch(task, Map.of(host, device)).run(1, ITEMS, 1);
    }

    private static void useUpNumbers() {
        Actors.beginLaunch(Actors.LIMIT / 2);
        Actors.beginGroup();
    }

    @Test
    void launchesAreToldApartWhenNumbersAreGivenBack() {
        device.shadow().written();
        for (int distance = 0; distance < 4; distance++) {
            launch(distance);
            useUpNumbers();
        }
        assertEquals(4, ((FloatArray) device).get(ITEMS - 1));
    }

    @Test
    void whatNobodyHasWrittenStaysSo() {
        useUpNumbers();
        assertThrows(KernelFault.class, () -> launch(0));
    }
}
