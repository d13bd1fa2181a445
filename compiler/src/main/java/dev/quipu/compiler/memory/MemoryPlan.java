package dev.quipu.compiler.memory;

import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each stored tensor of a run lives in one arena. Tensors whose lifetimes do not meet may share memory.
 *
 * @param slots by tensor
 * @param bytes size of the arena: the predicted peak
 * @param lowerBound the largest sum of tensors that live at once; no plan can be smaller
 */
public record MemoryPlan(Map<Tensor, Slot> slots, long bytes, long lowerBound) {
    /** Slots begin at multiples of this many bytes: a cache line and the widest vector. */
    public static final int ALIGNMENT = 64;

    /**
     * A stretch of the arena.
     *
     * @param offset in bytes
     * @param bytes rounded up to the alignment, with one alignment of slack, so that a masked vector at the end stays inside
     * @param birth index of the cluster that writes it
     * @param death index of the last cluster that reads it
     */
    public record Slot(long offset, long bytes, int birth, int death) {
        boolean meets(Slot other) {
            return birth <= other.death && other.birth <= death;
        }
    }

    public MemoryPlan {
        slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
    }

    /** The size of a tensor's slot. */
    public static long slotBytes(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
    }

    /** Packs lifetimes (slots whose offset is not yet known): the largest first, each at the lowest offset that is free. */
    public static MemoryPlan pack(Map<Tensor, Slot> lifetimes) {
        List<Map.Entry<Tensor, Slot>> bySize = new ArrayList<>(lifetimes.entrySet());
        bySize.sort(Comparator.comparingLong(entry -> -entry.getValue().bytes()));
        Map<Tensor, Slot> placed = new LinkedHashMap<>();
        long peak = 0;
        for (Map.Entry<Tensor, Slot> entry : bySize) {
            Slot wanted = entry.getValue();
            long offset = lowestFree(wanted, placed);
            placed.put(entry.getKey(), new Slot(offset, wanted.bytes(), wanted.birth(), wanted.death()));
            peak = Math.max(peak, offset + wanted.bytes());
        }
        Map<Tensor, Slot> inOrder = new LinkedHashMap<>();
        lifetimes.keySet().forEach(tensor -> inOrder.put(tensor, placed.get(tensor)));
        return new MemoryPlan(inOrder, peak, largestLiveSet(lifetimes));
    }

    private static long lowestFree(Slot wanted, Map<Tensor, Slot> placed) {
        List<Slot> neighbours = placed.values().stream()
                .filter(wanted::meets)
                .sorted(Comparator.comparingLong(Slot::offset))
                .toList();
        long offset = 0;
        for (Slot neighbour : neighbours) {
            if (offset + wanted.bytes() <= neighbour.offset()) {
                break;
            }
            offset = Math.max(offset, neighbour.offset() + neighbour.bytes());
        }
        return offset;
    }

    private static long largestLiveSet(Map<Tensor, Slot> lifetimes) {
        int steps = lifetimes.values().stream().mapToInt(Slot::death).max().orElse(-1) + 1;
        long[] change = new long[steps + 1];
        for (Slot slot : lifetimes.values()) {
            change[slot.birth()] += slot.bytes();
            change[slot.death() + 1] -= slot.bytes();
        }
        long live = 0;
        long most = 0;
        for (long bytes : change) {
            live += bytes;
            most = Math.max(most, live);
        }
        return most;
    }
}
