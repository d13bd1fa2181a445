package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes do what their rates are computed from. */
class ProbeTest {
    private static final int FLOATS = 1 << 18;

    private static void runWhole(Probe probe) {
        while (!probe.isWhole()) {
            probe.growAfter(0);
        }
        for (int part = 0; part < probe.parts(0); part++) {
            probe.run(0, part, 0);
        }
    }

    private static Buffer counted(Arena arena) {
        Buffer buffer = Buffer.allocate(arena, DType.F32, FLOATS);
        for (int i = 0; i < FLOATS; i++) {
            buffer.setFloat(i, i);
        }
        return buffer;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void copiesTheWholeMemory(int workers) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = counted(arena);
            CopyProbe probe = new CopyProbe(buffer.segment(), buffer.byteSize(), workers);
            runWhole(probe);
            assertEquals((double) buffer.byteSize(), probe.amount());
            float[] all = buffer.toFloats();
            float[] half = new float[FLOATS / 2];
            System.arraycopy(all, FLOATS / 2, half, 0, half.length);
            for (int i = 0; i < half.length; i++) {
                all[i] = i;
            }
            assertArrayEquals(Arrays.copyOf(all, half.length), half);
        }
    }

    /** Where the workers are no power of two, whole parts are still at least half of their stretches. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void staysWithinTheMemory(int workers) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = counted(arena);
            ReadProbe probe = new ReadProbe(buffer.elements(), buffer.byteSize(), workers);
            runWhole(probe);
            assertTrue(probe.amount() > buffer.byteSize() / 2.1 && probe.amount() <= buffer.byteSize());
        }
    }

    @Test
    void growsAtOnceWhileLaunchesAreShort() {
        Probe probe = new FmaProbe(1);
        double one = probe.amount();
        probe.growAfter(1_000_000_000);
        assertEquals(one, probe.amount());
        probe.growAfter(1_000);
        assertEquals(2 * one, probe.amount());
        assertFalse(probe.isWhole());
    }

    /** A whole launch may well take long: that must not keep a probe from becoming whole. */
    @Test
    void growsToItsWholeSizeHoweverLongLaunchesTake() {
        Probe probe = new FmaProbe(1);
        for (int runs = 0; runs < 1000 && !probe.isWhole(); runs++) {
            probe.growAfter(1_000_000_000);
        }
        assertTrue(probe.isWhole());
    }
}
