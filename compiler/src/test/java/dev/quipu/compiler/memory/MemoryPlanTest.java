package dev.quipu.compiler.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Tensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryPlanTest {
    private static final int STEPS = 12;

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noTwoLiveTensorsShareMemory(long seed) {
        Map<Tensor, Lifetime> lifetimes = random(new Random(seed), 25, STEPS);
        MemoryPlan plan = MemoryPlan.pack(lifetimes);

        assertEquals(List.copyOf(lifetimes.keySet()), List.copyOf(plan.slots().keySet()));
        plan.slots().forEach((tensor, slot) -> assertEquals(lifetimes.get(tensor), slot.life()));
        assertEquals(
                plan.slots().values().stream()
                        .mapToLong(slot -> slot.offset() + slot.bytes())
                        .max()
                        .orElse(0),
                plan.bytes());
        for (int step = 0; step < STEPS; step++) {
            List<Tensor> live = live(lifetimes, step);
            for (Tensor tensor : live) {
                MemoryPlan.Slot slot = plan.slots().get(tensor);
                assertTrue(slot.offset() >= 0 && slot.offset() % MemoryPlan.ALIGNMENT == 0, slot::toString);
                for (Tensor before : live.subList(0, live.indexOf(tensor))) {
                    MemoryPlan.Slot other = plan.slots().get(before);
                    boolean apart = slot.offset() + slot.bytes() <= other.offset()
                            || other.offset() + other.bytes() <= slot.offset();
                    assertTrue(apart, () -> slot + " and " + other);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void liveBytesAreThoseOfAllSlotsThatLive(long seed) {
        Map<Tensor, Lifetime> lifetimes = random(new Random(seed), 25, STEPS);
        MemoryPlan plan = MemoryPlan.pack(lifetimes);
        long[] expected = new long[STEPS];
        for (int step = 0; step < STEPS; step++) {
            expected[step] = live(lifetimes, step).stream()
                    .mapToLong(tensor -> lifetimes.get(tensor).bytes())
                    .sum();
        }
        long most = Arrays.stream(expected).max().orElseThrow();

        assertArrayEquals(expected, plan.live(STEPS));
        assertEquals(most, plan.lowerBound());
        assertTrue(plan.bytes() >= plan.lowerBound());
        if (!lifetimes.isEmpty()) {
            assertEquals(most, expected[plan.peakLaunch()]);
        }
    }

    /** A tensor that is written over another one counts from the launch after. */
    private static List<Tensor> live(Map<Tensor, Lifetime> lifetimes, int step) {
        return lifetimes.keySet().stream()
                .filter(tensor -> {
                    Lifetime life = lifetimes.get(tensor);
                    int from = life.birth() + (life.over().isPresent() ? 1 : 0);
                    return from <= step && step <= life.death();
                })
                .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theBetterPackingIsKept(long seed) {
        Map<Tensor, Lifetime> lifetimes = random(new Random(seed), 25, STEPS);
        lifetimes.replaceAll((tensor, life) -> new Lifetime(life.bytes(), life.birth(), life.death()));
        List<Lifetime> lives = List.copyOf(lifetimes.values());
        MemoryPlan plan = MemoryPlan.pack(lifetimes);

        for (Packing packing : Packing.values()) {
            long bytes = bytes(packing, lives);
            assertTrue(plan.bytes() <= bytes);
            assertTrue(packing != plan.packing() || plan.bytes() == bytes);
        }
        assertEquals(plan, MemoryPlan.pack(lifetimes));
    }

    private static long bytes(Packing packing, List<Lifetime> lives) {
        long[] offsets = packing.offsets(lives);
        long bytes = 0;
        for (int i = 0; i < offsets.length; i++) {
            bytes = Math.max(bytes, offsets[i] + lives.get(i).bytes());
        }
        return bytes;
    }

    @Test
    void eachPackingIsTheBetterOneSomewhere() {
        List<Packing> kept = seeds().mapToObj(seed -> MemoryPlan.pack(random(new Random(seed), 25, STEPS)))
                .filter(plan -> plan.bytes() > plan.lowerBound())
                .map(MemoryPlan::packing)
                .distinct()
                .toList();
        assertEquals(Packing.values().length, kept.size());
    }

    private static Map<Tensor, Lifetime> random(Random random, int most, int steps) {
        Map<Tensor, Lifetime> lifetimes = new LinkedHashMap<>();
        for (int i = random.nextInt(most); i > 0; i--) {
            int birth = random.nextInt(steps);
            int death = birth + random.nextInt(steps - birth);
            long bytes = MemoryPlan.slotBytes(1 + random.nextInt(random.nextBoolean() ? 100 : 5000));
            Tensor last = tensor();
            lifetimes.put(last, new Lifetime(bytes, birth, death));
            while (random.nextInt(3) == 0) {
                Tensor next = tensor();
                int end = death + random.nextInt(steps - death);
                lifetimes.put(next, new Lifetime(bytes, death, end).over(last));
                last = next;
                death = end;
            }
        }
        return lifetimes;
    }

    private static Tensor tensor() {
        return Tensor.constant(0, new Dim("one", 1));
    }

    @Test
    void oneAfterTheOtherTheyShareOneSlot() {
        Map<Tensor, Lifetime> lifetimes = new LinkedHashMap<>();
        for (int i = 0; i < 5; i++) {
            lifetimes.put(tensor(), new Lifetime(640, 2 * i, 2 * i + 1));
        }
        MemoryPlan plan = MemoryPlan.pack(lifetimes);

        assertEquals(640, plan.bytes());
        assertEquals(640, plan.lowerBound());
    }

    @Test
    void whatIsReadIsOverwrittenByItsReaderOnlyWhereThePlanSaysSo() {
        Tensor read = tensor();
        Tensor written = tensor();
        Lifetime first = new Lifetime(128, 0, 3);
        Lifetime second = new Lifetime(128, 3, 4);
        assertEquals(256, MemoryPlan.pack(map(read, first, written, second)).bytes());
        assertEquals(
                128,
                MemoryPlan.pack(map(read, first, written, second.over(read))).bytes());
        assertEquals(
                128,
                MemoryPlan.pack(map(read, first, written, new Lifetime(128, 4, 4)))
                        .bytes());
    }

    private static <T> Map<Tensor, T> map(Tensor first, T one, Tensor second, T other) {
        Map<Tensor, T> map = new LinkedHashMap<>();
        map.put(first, one);
        map.put(second, other);
        return map;
    }

    @Test
    void slotsThatOverlapOrLeaveTheArenaAreRefused() {
        Tensor one = tensor();
        Tensor two = tensor();
        Lifetime life = new Lifetime(128, 0, 3);
        refused("live at once in the same memory", map(one, slot(0, life), two, slot(64, new Lifetime(128, 3, 4))));
        refused("live at once in the same memory", map(one, slot(64, life), two, slot(0, life)));
        refused("lies outside the arena", map(one, slot(0, life), two, slot(192, life)));
        refused("is not written over", map(one, slot(0, life), two, slot(0, new Lifetime(128, 2, 4).over(one))));
        refused("is not written over", map(one, slot(0, life), two, slot(128, new Lifetime(128, 3, 4).over(one))));
    }

    @Test
    void onlyOneTensorIsWrittenOverAnother() {
        Tensor one = tensor();
        Map<Tensor, MemoryPlan.Slot> slots =
                map(one, slot(0, new Lifetime(128, 0, 3)), tensor(), slot(0, new Lifetime(128, 3, 3).over(one)));
        slots.put(tensor(), slot(0, new Lifetime(128, 3, 4).over(one)));
        refused("is not written over", slots);
    }

    private static MemoryPlan.Slot slot(long offset, Lifetime life) {
        return new MemoryPlan.Slot(offset, life);
    }

    private static void refused(String breach, Map<Tensor, MemoryPlan.Slot> slots) {
        AssertionError error =
                assertThrows(AssertionError.class, () -> new MemoryPlan(slots, 256, 128, Packing.BEST_FIT));
        assertTrue(error.getMessage().contains(breach), error::getMessage);
    }

    @Test
    void manySlotsArePackedInNoTime() {
        Map<Tensor, Lifetime> lifetimes = random(new Random(1), 6000, 3000);
        assertTrue(lifetimes.size() > 3000);
        MemoryPlan plan = Assertions.assertTimeout(Duration.ofSeconds(2), () -> MemoryPlan.pack(lifetimes));
        assertTrue(plan.bytes() >= plan.lowerBound());
    }

    @Test
    void slotsHaveRoomForAMaskedVectorAtTheEnd() {
        assertEquals(128, MemoryPlan.slotBytes(1));
        assertEquals(128, MemoryPlan.slotBytes(64));
        assertEquals(192, MemoryPlan.slotBytes(65));
    }
}
