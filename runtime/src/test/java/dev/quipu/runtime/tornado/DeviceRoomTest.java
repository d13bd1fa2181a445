package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.cli.Main;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A GPU's memory and what is wanted of it. */
class DeviceRoomTest {
    private static final long GIB = 1L << 30;
    private static final TornadoGpu GPU = new TornadoGpu(0, 0, "cuda", "a GPU", 16 * GIB, 4 * GIB, 9);

    private static DeviceRoom room(Long... free) {
        Deque<Long> told = new ArrayDeque<>(List.of(free));
        return new DeviceRoom(GPU, () -> told.isEmpty() ? OptionalLong.empty() : OptionalLong.of(told.remove()));
    }

    private static Map<String, Long> arrays(int count) {
        Map<String, Long> arrays = new HashMap<>();
        for (int i = 0; i < count; i++) {
            arrays.put("array" + i, 2 * GIB);
        }
        return arrays;
    }

    private static void assertRefused(String expected, Runnable work) {
        String message = assertThrows(QuipuException.class, work::run).getMessage();
        assertEquals(
                "memory of tornado:0:0 a GPU (cuda): expected " + expected
                        + "; use a smaller --batch, --seq or model, or --plan blocks",
                message);
    }

    @Test
    void whatFitsIsRight() {
        assertDoesNotThrow(() -> room().require(arrays(8), 0));
        assertDoesNotThrow(() -> room(16 * GIB).require(arrays(8), 0));
        assertDoesNotThrow(() -> room().require(arrays(4), 8 * GIB));
    }

    @Test
    void whatDoesNotIsRefusedBeforeItIsAllocated() {
        assertRefused("at most 16.0 GiB, found 18.0 GiB", () -> room().require(arrays(9), 0));
        assertRefused(
                "at most 16.0 GiB, of which 8.00 GiB are taken, found 10.0 GiB",
                () -> room().require(arrays(5), 8 * GIB));
        assertRefused(
                "at most the 3.00 GiB that are free of 16.0 GiB, found 4.00 GiB",
                () -> room(3 * GIB).require(arrays(2), 0));
        assertRefused(
                "less than 4.00 GiB for a single array, found 4.00 GiB for weights",
                () -> room().require(Map.of("weights", 4 * GIB), 0));
    }

    /** TornadoVM keeps what the first plan gives back: the driver calls it taken. */
    @Test
    void theDriverIsAskedOnce() {
        DeviceRoom room = room(10 * GIB, GIB);
        room.require(arrays(4), 0);
        assertDoesNotThrow(() -> room.require(arrays(4), 0));
    }

    @Test
    void aBatchThatTheDeviceDoesNotHold() {
        SdkJvm run = SdkJvm.run(
                Main.class,
                "bench",
                "llama-tiny",
                "--batch",
                "40000",
                "--seq",
                "128",
                "--steps",
                "1",
                "--device",
                "tornado");
        Assumptions.assumeTrue(run.exitCode() != 0, "needs a device of less memory");
        assertEquals(1, run.exitCode(), run.everything());
        List<String> told = run.everything()
                .lines()
                .filter(line -> line.startsWith("quipu: "))
                .toList();
        assertEquals(1, told.size(), run.everything());
        assertTrue(told.getFirst().startsWith("quipu: memory of tornado:0:0 "), told.getFirst());
        assertTrue(
                told.getFirst().endsWith("; use a smaller --batch, --seq or model, or --plan blocks"), told.getFirst());
    }
}
