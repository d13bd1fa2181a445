package dev.quipu.compiler.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Chooses a point for every link of a chain by dynamic programming over the bytes that the links so far keep. */
record ChainPlans(Chain chain, BlockPeaks peaks) {
    /** Sums of bytes are told apart in so many steps; of those in one step the fastest stays. */
    private static final int STEPS = 2048;

    /**
     * A point of every link.
     *
     * @param outside index of the outside's point
     * @param points by link
     */
    record Selection(int outside, List<Integer> points) {
        Selection {
            points = List.copyOf(points);
        }
    }

    /** What the links so far may keep, sorted by bytes, each faster than those with fewer. */
    private static final class Ways {
        private final long[] bytes;
        private final double[] seconds;
        private final int[] earlier;
        private final int[] points;
        private int count;

        Ways(int most) {
            bytes = new long[most];
            seconds = new double[most];
            earlier = new int[most];
            points = new int[most];
        }

        /** Before the first link: one way, which keeps nothing, or none at all. */
        static Ways start(boolean possible) {
            Ways start = new Ways(1);
            start.count = possible ? 1 : 0;
            return start;
        }

        private void move(int from, int to) {
            bytes[to] = bytes[from];
            seconds[to] = seconds[from];
            earlier[to] = earlier[from];
            points[to] = points[from];
        }
    }

    /** The points of the fewest bytes everywhere. */
    Selection fewestBytes() {
        return new Selection(0, Collections.nCopies(chain.links().size(), 0));
    }

    /** The most memory that a selection needs at once, as measured. */
    long peak(Selection selection) {
        long kept = 0;
        long most = peaks.outsidePeak(selection.outside(), 0);
        for (int i = 0; i < chain.links().size(); i++) {
            int point = selection.points().get(i);
            most = Math.max(most, kept + peaks.outsideBytes(selection.outside(), i) + peaks.peak(i, point));
            kept += chain.links().get(i).bytes()[point];
            most = Math.max(most, kept + peaks.outsidePeak(selection.outside(), i + 1));
        }
        return most;
    }

    /** The fastest selection whose {@link #peak} stays within a limit. */
    Optional<Selection> within(long limit) {
        Selection best = null;
        double seconds = Double.POSITIVE_INFINITY;
        for (int outside = 0; outside < chain.outside().points().size(); outside++) {
            List<Ways> steps = ways(outside, limit);
            Ways last = steps.getLast();
            if (last.count > 0) {
                double total = last.seconds[last.count - 1]
                        + chain.outside().points().get(outside).seconds();
                if (total < seconds) {
                    seconds = total;
                    best = selection(outside, steps);
                }
            }
        }
        return Optional.ofNullable(best).map(selection -> {
            Selection early = rebuildingEarly(selection);
            return peak(early) <= limit ? early : selection;
        });
    }

    private List<Ways> ways(int outside, long limit) {
        List<Ways> steps = new ArrayList<>();
        steps.add(Ways.start(peaks.outsidePeak(outside, 0) <= limit));
        for (int link = 0; link < chain.links().size(); link++) {
            steps.add(next(steps.getLast(), link, outside, limit));
        }
        return steps;
    }

    private Ways next(Ways ways, int link, int outside, long limit) {
        long[] more = chain.links().get(link).bytes();
        List<GroupFront.Point> points = chain.links().get(link).points();
        long width = width();
        Ways best = new Ways(STEPS + 1);
        Arrays.fill(best.seconds, Double.POSITIVE_INFINITY);
        for (int point = 0; point < more.length; point++) {
            long needed = Math.max(
                    peaks.outsideBytes(outside, link) + peaks.peak(link, point),
                    more[point] + peaks.outsidePeak(outside, link + 1));
            for (int way = 0; way < ways.count && ways.bytes[way] + needed <= limit; way++) {
                long bytes = ways.bytes[way] + more[point];
                double seconds = ways.seconds[way] + points.get(point).seconds();
                int step = (int) (bytes / width);
                boolean better =
                        seconds < best.seconds[step] || (seconds == best.seconds[step] && bytes < best.bytes[step]);
                if (better) {
                    best.bytes[step] = bytes;
                    best.seconds[step] = seconds;
                    best.earlier[step] = way;
                    best.points[step] = point;
                }
            }
        }
        leaveUndominated(best);
        return best;
    }

    private static void leaveUndominated(Ways ways) {
        for (int i = 0; i <= STEPS; i++) {
            boolean better =
                    ways.count == 0 ? Double.isFinite(ways.seconds[i]) : ways.seconds[i] < ways.seconds[ways.count - 1];
            if (better) {
                ways.move(i, ways.count++);
            }
        }
    }

    /** Of one step of bytes; the same for every limit, so that a larger limit never gives a slower plan. */
    private long width() {
        long most = chain.links().stream()
                .mapToLong(link -> Arrays.stream(link.bytes()).max().orElse(0))
                .sum();
        return most / STEPS + 1;
    }

    private Selection selection(int outside, List<Ways> steps) {
        List<Integer> points = new ArrayList<>();
        int way = steps.getLast().count - 1;
        for (Ways step : steps.subList(1, steps.size()).reversed()) {
            points.add(step.points[way]);
            way = step.earlier[way];
        }
        return new Selection(outside, points.reversed());
    }

    /** The same points, but among links of equal shape those that keep the least first. */
    private Selection rebuildingEarly(Selection selection) {
        Map<List<GroupFront.Point>, List<Integer>> places = new IdentityHashMap<>();
        for (int i = 0; i < chain.links().size(); i++) {
            places.computeIfAbsent(chain.links().get(i).points(), key -> new ArrayList<>())
                    .add(i);
        }
        List<Integer> points = new ArrayList<>(selection.points());
        places.forEach((shape, own) -> {
            Stream<Integer> sorted = own.stream().map(selection.points()::get).sorted(Comparator.naturalOrder());
            List<Integer> early = sorted.toList();
            for (int i = 0; i < own.size(); i++) {
                points.set(own.get(i), early.get(i));
            }
        });
        return new Selection(selection.outside(), points);
    }
}
