package dev.quipu.compiler.memory;

import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where each stored tensor of a run lives in one arena. Tensors whose lifetimes do not meet may share memory, and one that is
 * written over another one shares its.
 *
 * @param slots by tensor
 * @param bytes size of the arena: the predicted peak
 * @param lowerBound the largest sum of tensors that live at once; no plan can be smaller
 * @param packing how the slots came to their offsets
 */
public record MemoryPlan(Map<Tensor, Slot> slots, long bytes, long lowerBound, Packing packing) {
    /** Slots begin at multiples of this many bytes: a cache line and the widest vector. */
    public static final int ALIGNMENT = 64;

    /**
     * A stretch of the arena during a lifetime.
     *
     * @param offset in bytes
     */
    public record Slot(long offset, Lifetime life) {
        /** Rounded up to the alignment, with one alignment of slack, so that a masked vector at the end stays inside. */
        public long bytes() {
            return life.bytes();
        }

        /** Index of the launch that writes it. */
        public int birth() {
            return life.birth();
        }

        /** Index of the last launch that reads it. */
        public int death() {
            return life.death();
        }

        private long end() {
            return offset + bytes();
        }
    }

    public MemoryPlan {
        slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
        for (Slot slot : slots.values()) {
            if (slot.offset() < 0 || slot.end() > bytes) {
                throw new AssertionError("slot " + slot + " lies outside the arena of " + bytes + " bytes");
            }
        }
        checkApart(slots);
    }

    /** The size of a tensor's slot. */
    public static long slotBytes(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
    }

    /** Packs lifetimes in each way that there is and keeps the smallest arena. */
    public static MemoryPlan pack(Map<Tensor, Lifetime> lifetimes) {
        Map<Tensor, Integer> places = new HashMap<>();
        List<Lifetime> joined = joined(lifetimes, places);
        Packing best = null;
        long[] offsets = {};
        long bytes = 0;
        for (Packing packing : Packing.values()) {
            long[] found = packing.offsets(joined);
            long needed = bytes(joined, found);
            if (best == null || needed < bytes) {
                best = packing;
                offsets = found;
                bytes = needed;
            }
        }
        Map<Tensor, Slot> slots = new LinkedHashMap<>();
        for (Map.Entry<Tensor, Lifetime> entry : lifetimes.entrySet()) {
            slots.put(entry.getKey(), new Slot(offsets[places.get(entry.getKey())], entry.getValue()));
        }
        return new MemoryPlan(slots, bytes, lowerBound(joined), best);
    }

    /** Where the last one ends. */
    private static long bytes(List<Lifetime> lifetimes, long[] offsets) {
        long bytes = 0;
        for (int i = 0; i < offsets.length; i++) {
            bytes = Math.max(bytes, offsets[i] + lifetimes.get(i).bytes());
        }
        return bytes;
    }

    private static long lowerBound(List<Lifetime> lifetimes) {
        int launches = 0;
        for (Lifetime life : lifetimes) {
            launches = Math.max(launches, life.death() + 1);
        }
        return Arrays.stream(live(lifetimes, launches)).max().orElse(0);
    }

    /** Lifetimes that are one slot after the other's death as one; {@code places} tells which is whose. */
    private static List<Lifetime> joined(Map<Tensor, Lifetime> lifetimes, Map<Tensor, Integer> places) {
        List<Lifetime> joined = new ArrayList<>();
        lifetimes.forEach((tensor, life) -> {
            if (life.over().isEmpty()) {
                places.put(tensor, joined.size());
                joined.add(life);
            } else {
                int place = places.get(life.over().get());
                places.put(tensor, place);
                joined.set(place, joined.get(place).until(life.death()));
            }
        });
        return joined;
    }

    /**
     * Bytes that are needed during each launch; memory that a launch reads and writes over counts once.
     *
     * @param launches how many there are
     */
    public long[] live(int launches) {
        return live(
                slots.values().stream()
                        .map(Slot::life)
                        .filter(life -> life.over().isEmpty() || life.birth() < life.death())
                        .map(life -> life.over().isEmpty()
                                ? life
                                : new Lifetime(life.bytes(), life.birth() + 1, life.death()))
                        .toList(),
                launches);
    }

    private static long[] live(Collection<Lifetime> lifetimes, int launches) {
        long[] live = new long[launches + 1];
        for (Lifetime life : lifetimes) {
            live[life.birth()] += life.bytes();
            live[life.death() + 1] -= life.bytes();
        }
        for (int i = 1; i < launches; i++) {
            live[i] += live[i - 1];
        }
        return Arrays.copyOf(live, launches);
    }

    /** Slots that nobody needs after a launch, not even to write over them in it. */
    public List<Slot> ending(int launch) {
        Set<Tensor> overwritten = new HashSet<>();
        slots.values().forEach(slot -> slot.life().over().ifPresent(overwritten::add));
        return slots.entrySet().stream()
                .filter(entry -> entry.getValue().death() == launch && !overwritten.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The first launch during which the most bytes are needed, {@link #lowerBound} of them; -1 where nothing is stored. */
    public int peakLaunch() {
        int launches = slots.values().stream().mapToInt(Slot::death).max().orElse(-1) + 1;
        long[] live = live(launches);
        int peak = -1;
        for (int i = 0; i < launches; i++) {
            if (peak < 0 || live[i] > live[peak]) {
                peak = i;
            }
        }
        return peak;
    }

    /** Tensors that are needed at once lie apart, but for one that is written over another at the end of that one's life. */
    private static void checkApart(Map<Tensor, Slot> slots) {
        List<Slot> byBirth = new ArrayList<>(slots.values());
        byBirth.sort(Comparator.comparingInt(Slot::birth));
        TreeMap<Long, Slot> live = new TreeMap<>();
        for (Slot slot : byBirth) {
            if (slot.life().over().isPresent()) {
                checkOver(slot, slots.get(slot.life().over().get()), live);
            }
            for (Map.Entry<Long, Slot> below = live.lowerEntry(slot.end());
                    below != null && (below.getValue().end() > slot.offset() || isDead(below.getValue(), slot));
                    below = live.lowerEntry(slot.end())) {
                if (!isDead(below.getValue(), slot)) {
                    throw new AssertionError(
                            "slots " + slot + " and " + below.getValue() + " live at once in the same memory");
                }
                live.remove(below.getKey());
            }
            live.put(slot.offset(), slot);
        }
    }

    private static boolean isDead(Slot other, Slot born) {
        return other.death() < born.birth();
    }

    private static void checkOver(Slot slot, Slot over, TreeMap<Long, Slot> live) {
        boolean follows = over != null
                && over.death() == slot.birth()
                && over.offset() == slot.offset()
                && over.bytes() == slot.bytes();
        if (!follows || !live.remove(over.offset(), over)) {
            throw new AssertionError("slot " + slot + " is not written over " + over);
        }
    }
}
