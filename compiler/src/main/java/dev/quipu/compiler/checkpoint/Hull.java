package dev.quipu.compiler.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which of several prices in bytes and seconds are worth paying. */
final class Hull {
    private Hull() {}

    /** A price. */
    interface Point {
        long bytes();

        double seconds();
    }

    /** The points of which none other keeps as few bytes in as little time, from the fewest bytes to the least time. */
    static <P extends Point> List<P> undominated(List<P> points) {
        List<P> sorted = new ArrayList<>(points);
        sorted.sort(Comparator.comparingLong(Point::bytes).thenComparingDouble(Point::seconds));
        List<P> best = new ArrayList<>();
        for (P point : sorted) {
            if (best.isEmpty() || point.seconds() < best.getLast().seconds()) {
                best.add(point);
            }
        }
        return best;
    }

    /** Those undominated points between which, on straight lines, no other lies below. */
    static <P extends Point> List<P> of(List<P> undominated) {
        List<P> hull = new ArrayList<>();
        for (P point : undominated) {
            while (hull.size() > 1 && !turns(hull.get(hull.size() - 2), hull.getLast(), point)) {
                hull.removeLast();
            }
            hull.add(point);
        }
        return hull;
    }

    /** Seconds saved by each byte fall from one line to the next. */
    private static boolean turns(Point first, Point second, Point third) {
        return gain(first, second) > gain(second, third);
    }

    /** Seconds saved by each byte more. */
    static double gain(Point left, Point right) {
        return (left.seconds() - right.seconds()) / (right.bytes() - left.bytes());
    }
}
