package dev.quipu.codegen.tornado;

import dev.quipu.compiler.memory.Lifetime;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A schedule whose arena is divided into banks, of one element type each and of no more elements than an array can have. The
 * banks lie one behind the other in the arena's addresses.
 *
 * @param scheduled with the memory so divided
 * @param banks in the order of their offsets
 */
record Banks(Scheduled scheduled, List<Bank> banks) {
    /**
     * A stretch of the arena that is an array of its own.
     *
     * @param offset in bytes
     * @param bytes at least those of one slot
     */
    record Bank(String name, DType dtype, long offset, long bytes) {
        long elements() {
            return bytes / dtype.bytes();
        }

        boolean contains(long address) {
            return address >= offset && address < offset + bytes;
        }
    }

    Banks {
        banks = List.copyOf(banks);
    }

    /**
     * Divides a schedule's memory.
     *
     * @param mostElements that an array can have
     */
    static Banks of(Scheduled scheduled, long mostElements) {
        Map<DType, Map<Tensor, Lifetime>> lifetimes = new EnumMap<>(DType.class);
        scheduled
                .memory()
                .slots()
                .forEach((tensor, slot) -> lifetimes
                        .computeIfAbsent(tensor.type().dtype(), dtype -> new LinkedHashMap<>())
                        .put(tensor, slot.life()));
        Map<Tensor, MemoryPlan.Slot> slots = new LinkedHashMap<>();
        List<Bank> banks = new ArrayList<>();
        long end = 0;
        long lowerBound = 0;
        for (Map.Entry<DType, Map<Tensor, Lifetime>> entry : lifetimes.entrySet()) {
            List<MemoryPlan> plans = pack(
                    scheduled, entry.getValue(), mostElements * entry.getKey().bytes());
            for (int i = 0; i < plans.size(); i++) {
                long offset = end;
                MemoryPlan plan = plans.get(i);
                plan.slots()
                        .forEach((tensor, slot) ->
                                slots.put(tensor, new MemoryPlan.Slot(offset + slot.offset(), slot.life())));
                String number = plans.size() == 1 ? "" : "_" + (i + 1);
                banks.add(new Bank("arena_" + entry.getKey() + number, entry.getKey(), offset, plan.bytes()));
                end += plan.bytes();
                lowerBound += plan.lowerBound();
            }
        }
        MemoryPlan memory =
                new MemoryPlan(slots, end, lowerBound, scheduled.memory().packing());
        return new Banks(new Scheduled(scheduled.graph(), scheduled.clusters(), memory, scheduled.precision()), banks);
    }

    /** As few plans as there must be, none of them too large for an array where that can be. */
    private static List<MemoryPlan> pack(Scheduled scheduled, Map<Tensor, Lifetime> lifetimes, long mostBytes) {
        MemoryPlan whole = MemoryPlan.pack(lifetimes);
        if (whole.bytes() <= mostBytes) {
            return List.of(whole);
        }
        List<Family> families = families(scheduled, lifetimes);
        List<MemoryPlan> plans = List.of(whole);
        for (int count = 2; count <= families.size(); count++) {
            plans = divide(families, count).stream().map(MemoryPlan::pack).toList();
            if (plans.stream().allMatch(plan -> plan.bytes() <= mostBytes)) {
                break;
            }
        }
        return plans;
    }

    /** Tensors that must be in one bank: written over each other, or the same tensor of repeated layers. */
    private record Family(Map<Tensor, Lifetime> lifetimes, long bytes) {}

    private static List<Family> families(Scheduled scheduled, Map<Tensor, Lifetime> lifetimes) {
        Map<Node, Node> representatives = scheduled.blocks().representatives();
        Map<Tensor, Map<Tensor, Lifetime>> members = new LinkedHashMap<>();
        Map<Tensor, Tensor> heads = new LinkedHashMap<>();
        lifetimes.forEach((tensor, life) -> {
            Optional<Tensor> over = life.over();
            Tensor head = over.isPresent()
                    ? heads.get(over.get())
                    : representatives.getOrDefault(tensor.node(), tensor.node()).output(tensor.index());
            heads.put(tensor, head);
            members.computeIfAbsent(head, key -> new LinkedHashMap<>()).put(tensor, life);
        });
        return members.values().stream()
                .map(family -> new Family(
                        family,
                        family.values().stream().mapToLong(Lifetime::bytes).sum()))
                .sorted(Comparator.comparingLong(Family::bytes).reversed())
                .toList();
    }

    /** The largest first, each to the emptiest bank. */
    private static List<Map<Tensor, Lifetime>> divide(List<Family> families, int count) {
        List<Map<Tensor, Lifetime>> banks = new ArrayList<>();
        long[] sizes = new long[count];
        for (int i = 0; i < count; i++) {
            banks.add(new LinkedHashMap<>());
        }
        for (Family family : families) {
            int emptiest = 0;
            for (int i = 1; i < count; i++) {
                emptiest = sizes[i] < sizes[emptiest] ? i : emptiest;
            }
            sizes[emptiest] += family.bytes();
            banks.get(emptiest).putAll(family.lifetimes());
        }
        return banks;
    }

    /** The bank that an address of the arena lies in. */
    Bank of(long address) {
        return banks.stream()
                .filter(bank -> bank.contains(address))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bank holds address " + address));
    }
}
