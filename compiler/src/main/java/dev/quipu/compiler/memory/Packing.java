package dev.quipu.compiler.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** How lifetimes are laid into an arena. Neither way is always the better one. */
public enum Packing {
    /** The largest first, each at the lowest offset that is free during its whole life. */
    LARGEST_FIRST {
        @Override
        long[] offsets(List<Lifetime> lifetimes) {
            ByOffset placed = new ByOffset(lifetimes.size());
            long[] offsets = new long[lifetimes.size()];
            for (List<Integer> alike : bySize(lifetimes).values()) {
                for (int i : alike) {
                    offsets[i] = placed.put(lifetimes.get(i));
                }
            }
            return offsets;
        }
    },

    /** In the order of their births, each in the smallest gap of that moment that holds it, else at the arena's end. */
    BEST_FIT {
        @Override
        long[] offsets(List<Lifetime> lifetimes) {
            long[] offsets = new long[lifetimes.size()];
            Gaps gaps = new Gaps();
            PriorityQueue<Integer> live = new PriorityQueue<>((one, other) -> Integer.compare(
                    lifetimes.get(one).death(), lifetimes.get(other).death()));
            for (int i : byBirth(lifetimes)) {
                Lifetime born = lifetimes.get(i);
                while (!live.isEmpty() && lifetimes.get(live.peek()).death() < born.birth()) {
                    int dead = live.remove();
                    gaps.give(offsets[dead], lifetimes.get(dead).bytes());
                }
                offsets[i] = gaps.take(born.bytes());
                live.add(i);
            }
            return offsets;
        }
    };

    /** An offset for each lifetime, so that those that meet lie apart. */
    abstract long[] offsets(List<Lifetime> lifetimes);

    /** Which have how many bytes, the most first: many layers have few sizes, so that nothing is sorted. */
    private static Map<Long, List<Integer>> bySize(List<Lifetime> lifetimes) {
        Map<Long, List<Integer>> alike = new TreeMap<>(Comparator.reverseOrder());
        for (int i = 0; i < lifetimes.size(); i++) {
            alike.computeIfAbsent(lifetimes.get(i).bytes(), bytes -> new ArrayList<>())
                    .add(i);
        }
        return alike;
    }

    /** The earliest first; of those born together, the largest. */
    private static List<Integer> byBirth(List<Lifetime> lifetimes) {
        List<Integer> order = new ArrayList<>(lifetimes.size());
        for (int i = 0; i < lifetimes.size(); i++) {
            order.add(i);
        }
        order.sort((one, other) -> {
            Lifetime first = lifetimes.get(one);
            Lifetime second = lifetimes.get(other);
            return first.birth() == second.birth()
                    ? Long.compare(second.bytes(), first.bytes())
                    : Integer.compare(first.birth(), second.birth());
        });
        return order;
    }

    /** Lifetimes that have their place already, the lowest first. */
    private static final class ByOffset {
        private final Lifetime[] lifetimes;
        private final long[] offsets;
        private int count;

        ByOffset(int most) {
            lifetimes = new Lifetime[most];
            offsets = new long[most];
        }

        /** Places a lifetime below, between or above those that it meets. */
        long put(Lifetime life) {
            long offset = 0;
            for (int i = 0; i < count && offsets[i] < offset + life.bytes(); i++) {
                if (lifetimes[i].meets(life)) {
                    offset = Math.max(offset, offsets[i] + lifetimes[i].bytes());
                }
            }
            int place = Arrays.binarySearch(offsets, 0, count, offset);
            insert(place < 0 ? -place - 1 : place, offset, life);
            return offset;
        }

        private void insert(int place, long offset, Lifetime life) {
            System.arraycopy(offsets, place, offsets, place + 1, count - place);
            System.arraycopy(lifetimes, place, lifetimes, place + 1, count - place);
            offsets[place] = offset;
            lifetimes[place] = life;
            count++;
        }
    }

    /** The free stretches of an arena at one moment. */
    private static final class Gaps {
        private final TreeMap<Long, Long> sizes = new TreeMap<>();
        private long end;

        /** The offset of so many bytes, which are no longer free. */
        long take(long bytes) {
            long best = -1;
            long bestSize = Long.MAX_VALUE;
            for (Map.Entry<Long, Long> gap : sizes.entrySet()) {
                long size = gap.getValue();
                if (size >= bytes && size < bestSize) {
                    best = gap.getKey();
                    bestSize = size;
                }
            }
            if (best < 0) {
                Map.Entry<Long, Long> last = sizes.lastEntry();
                boolean reachesEnd = last != null && last.getKey() + last.getValue() == end;
                best = reachesEnd ? last.getKey() : end;
                end = best + bytes;
                sizes.remove(best);
                return best;
            }
            sizes.remove(best);
            long rest = bestSize - bytes;
            if (rest > 0) {
                sizes.put(best + bytes, rest);
            }
            return best;
        }

        void give(long offset, long bytes) {
            long from = offset;
            long size = bytes;
            Map.Entry<Long, Long> before = sizes.lowerEntry(offset);
            if (before != null && before.getKey() + before.getValue() == offset) {
                from = before.getKey();
                size += before.getValue();
            }
            Long behind = sizes.remove(offset + bytes);
            sizes.put(from, behind == null ? size : size + behind);
        }
    }
}
