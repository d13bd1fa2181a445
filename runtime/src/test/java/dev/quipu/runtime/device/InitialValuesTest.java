package dev.quipu.runtime.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Initial;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InitialValuesTest {
    private static final int STRETCH = 1 << 16;
    private static final int LENGTH = 2 * STRETCH + 7;
    private static final Initial NORMAL = new Initial.Normal(0.5);

    private static List<Runnable> work(Buffer buffer, Initial initial, long seed, String name) {
        return new ArrayList<>(
                InitialValues.stretches(buffer, initial, seed, name).toList());
    }

    @Test
    void valuesDoNotDependOnTheOrderOrTheNumberOfThreads() {
        try (Arena arena = Arena.ofShared()) {
            Buffer one = Buffer.allocate(arena, DType.F32, LENGTH);
            work(one, NORMAL, 3, "w").forEach(Runnable::run);
            Buffer shuffled = Buffer.allocate(arena, DType.F32, LENGTH);
            List<Runnable> other = work(shuffled, NORMAL, 3, "w");
            Collections.shuffle(other, new Random(1));
            other.parallelStream().forEach(Runnable::run);
            assertArrayEquals(one.toFloats(), shuffled.toFloats());
        }
    }

    /** Runs of earlier versions begin with these: a stretch has a generator of its own, seeded by mixes of seed, name and place. */
    @Test
    void valuesStayWhatTheyWere() {
        try (Arena arena = Arena.ofShared()) {
            Buffer buffer = Buffer.allocate(arena, DType.F32, LENGTH);
            work(buffer, NORMAL, 3, "w").forEach(Runnable::run);
            long name = (0xcbf29ce484222325L ^ 'w') * 0x100000001b3L;
            for (int start : List.of(0, STRETCH, 2 * STRETCH)) {
                SplittableRandom random = new SplittableRandom(mix(mix(3) ^ name ^ mix(start)));
                for (int i = start; i < Math.min(start + STRETCH, LENGTH); i++) {
                    assertEquals((float) (0.5 * random.nextGaussian()), buffer.getFloat(i), "element " + i);
                }
            }
        }
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    @Test
    void seedsAndNamesDiffer() {
        try (Arena arena = Arena.ofShared()) {
            Buffer one = Buffer.allocate(arena, DType.F32, 1);
            work(one, NORMAL, 3, "w").forEach(Runnable::run);
            for (var other : List.of(new Object[] {4L, "w"}, new Object[] {3L, "v"})) {
                Buffer buffer = Buffer.allocate(arena, DType.F32, 1);
                work(buffer, NORMAL, (long) other[0], (String) other[1]).forEach(Runnable::run);
                assertNotEquals(one.getFloat(0), buffer.getFloat(0));
            }
        }
    }
}
