package dev.quipu.compiler.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryPlanTest {
    private static final int STEPS = 12;

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noTwoLiveTensorsShareMemory(long seed) {
        Map<Tensor, MemoryPlan.Slot> lifetimes = random(new Random(seed));
        MemoryPlan plan = MemoryPlan.pack(lifetimes);
        List<MemoryPlan.Slot> slots = List.copyOf(plan.slots().values());

        assertEquals(List.copyOf(lifetimes.keySet()), List.copyOf(plan.slots().keySet()));
        assertEquals(
                slots.stream()
                        .mapToLong(slot -> slot.offset() + slot.bytes())
                        .max()
                        .orElse(0),
                plan.bytes());
        assertEquals(bruteForceLowerBound(lifetimes), plan.lowerBound());
        assertTrue(plan.bytes() >= plan.lowerBound());
        for (int step = 0; step < STEPS; step++) {
            List<MemoryPlan.Slot> live = live(slots, step);
            for (MemoryPlan.Slot slot : live) {
                assertTrue(slot.offset() >= 0 && slot.offset() % MemoryPlan.ALIGNMENT == 0, slot::toString);
                for (MemoryPlan.Slot other : live.subList(0, live.indexOf(slot))) {
                    boolean apart = slot.offset() + slot.bytes() <= other.offset()
                            || other.offset() + other.bytes() <= slot.offset();
                    assertTrue(apart, () -> slot + " and " + other);
                }
            }
        }
    }

    private static List<MemoryPlan.Slot> live(List<MemoryPlan.Slot> slots, int step) {
        return slots.stream()
                .filter(slot -> slot.birth() <= step && step <= slot.death())
                .toList();
    }

    private static long bruteForceLowerBound(Map<Tensor, MemoryPlan.Slot> lifetimes) {
        return IntStream.range(0, STEPS)
                .mapToLong(step -> live(List.copyOf(lifetimes.values()), step).stream()
                        .mapToLong(MemoryPlan.Slot::bytes)
                        .sum())
                .max()
                .orElse(0);
    }

    private static Map<Tensor, MemoryPlan.Slot> random(Random random) {
        Map<Tensor, MemoryPlan.Slot> lifetimes = new LinkedHashMap<>();
        for (int i = random.nextInt(25); i > 0; i--) {
            int birth = random.nextInt(STEPS);
            int death = birth + random.nextInt(STEPS - birth);
            long bytes = MemoryPlan.slotBytes(1 + random.nextInt(random.nextBoolean() ? 100 : 5000));
            lifetimes.put(Tensor.constant(0, new Dim("one", 1)), new MemoryPlan.Slot(0, bytes, birth, death));
        }
        return lifetimes;
    }

    @Test
    void oneAfterTheOtherTheyShareOneSlot() {
        Map<Tensor, MemoryPlan.Slot> lifetimes = new LinkedHashMap<>();
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            tensors.add(Tensor.constant(i, new Dim("one", 1)));
            lifetimes.put(tensors.getLast(), new MemoryPlan.Slot(0, 640, 2 * i, 2 * i + 1));
        }
        MemoryPlan plan = MemoryPlan.pack(lifetimes);

        assertEquals(640, plan.bytes());
        assertEquals(640, plan.lowerBound());
    }

    @Test
    void whatIsReadIsNotOverwrittenByItsReader() {
        MemoryPlan.Slot read = new MemoryPlan.Slot(0, 128, 0, 3);
        assertTrue(read.meets(new MemoryPlan.Slot(0, 128, 3, 4)));
        assertFalse(read.meets(new MemoryPlan.Slot(0, 128, 4, 4)));
    }

    @Test
    void slotsHaveRoomForAMaskedVectorAtTheEnd() {
        assertEquals(128, MemoryPlan.slotBytes(1));
        assertEquals(128, MemoryPlan.slotBytes(64));
        assertEquals(192, MemoryPlan.slotBytes(65));
    }
}
