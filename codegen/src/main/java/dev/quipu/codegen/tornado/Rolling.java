package dev.quipu.codegen.tornado;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds what repeats in a list: stretches in which the same elements come again and again, as the launches of equal layers do.
 * A list without repetition is one stretch that runs once.
 */
final class Rolling {
    private Rolling() {}

    /** Whether the elements {@code from} to {@code to}, exclusive, are few enough. */
    @FunctionalInterface
    interface Room {
        boolean holds(int from, int to);
    }

    /**
     * {@code period} elements from {@code start} on, that come {@code runs} times one after the other.
     */
    record Stretch(int start, int period, int runs) {
        int end() {
            return start + period * runs;
        }

        /** How many elements need not be there. */
        int left() {
            return (runs - 1) * period;
        }
    }

    /**
     * Divides a list. From left to right, each stretch is the one that leaves out most.
     *
     * @param longest period that is looked for
     * @param least elements that a stretch which repeats must leave out
     * @param room which elements can be one period; where some can, so can fewer of them
     */
    static List<Stretch> of(List<?> elements, int longest, int least, Room room) {
        int[][] equal = equal(elements, longest);
        List<Stretch> stretches = new ArrayList<>();
        int single = 0;
        int next = 0;
        while (next < elements.size()) {
            Stretch best = best(equal, next, room);
            if (best.left() < least) {
                next++;
            } else {
                singles(single, next, room, stretches);
                stretches.add(best);
                next = best.end();
                single = next;
            }
        }
        singles(single, next, room, stretches);
        return stretches;
    }

    /** For each period p and place i, how many elements from i on are equal to those p further on. */
    private static int[][] equal(List<?> elements, int longest) {
        int size = elements.size();
        int[][] equal = new int[Math.min(longest, size / 2) + 1][size + 1];
        for (int period = 1; period < equal.length; period++) {
            for (int i = size - period - 1; i >= 0; i--) {
                boolean same = elements.get(i).equals(elements.get(i + period));
                equal[period][i] = same ? equal[period][i + 1] + 1 : 0;
            }
        }
        return equal;
    }

    private static Stretch best(int[][] equal, int start, Room room) {
        Stretch best = new Stretch(start, 1, 1);
        int most = Math.min(equal.length - 1, (equal[0].length - 1 - start) / 2);
        for (int period = 1; period <= most && room.holds(start, start + period); period++) {
            int runs = 1 + equal[period][start] / period;
            Stretch stretch = new Stretch(start, period, runs);
            if (stretch.left() > best.left()) {
                best = stretch;
            }
        }
        return best;
    }

    private static void singles(int from, int to, Room room, List<Stretch> stretches) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (i > start && !room.holds(start, i + 1)) {
                stretches.add(new Stretch(start, i - start, 1));
                start = i;
            }
        }
        if (start < to) {
            stretches.add(new Stretch(start, to - start, 1));
        }
    }
}
