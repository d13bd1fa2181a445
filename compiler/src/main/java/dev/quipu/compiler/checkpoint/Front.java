package dev.quipu.compiler.checkpoint;

import java.util.List;

/**
 * What less memory costs in time: the lower hull of all plans of a graph, by bytes kept between the passes and predicted time of
 * rebuilding. Every point is a plan; no plan lies below the lines between them.
 *
 * @param points from the fewest bytes to the least time, both ends included
 */
public record Front(List<Point> points) {
    /**
     * A plan.
     *
     * @param bytes kept
     * @param seconds of rebuilding
     */
    public record Point(long bytes, double seconds) {}

    public Front {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new AssertionError("a front without points");
        }
        for (int i = 1; i < points.size(); i++) {
            Point left = points.get(i - 1);
            Point right = points.get(i);
            if (left.bytes() >= right.bytes() || left.seconds() < right.seconds()) {
                throw new AssertionError(right + " follows " + left);
            }
        }
    }

    /** No plan that keeps at most so many bytes takes less time than this; infinite when no plan keeps so few. */
    public double leastSeconds(long bytes) {
        if (bytes < points.getFirst().bytes()) {
            return Double.POSITIVE_INFINITY;
        }
        for (int i = 1; i < points.size(); i++) {
            Point left = points.get(i - 1);
            Point right = points.get(i);
            if (bytes < right.bytes()) {
                double part = (double) (bytes - left.bytes()) / (right.bytes() - left.bytes());
                return left.seconds() + part * (right.seconds() - left.seconds());
            }
        }
        return points.getLast().seconds();
    }

    /** No plan that takes at most so long keeps fewer bytes than this. */
    public double leastBytes(double seconds) {
        if (seconds >= points.getFirst().seconds()) {
            return points.getFirst().bytes();
        }
        for (int i = 1; i < points.size(); i++) {
            Point left = points.get(i - 1);
            Point right = points.get(i);
            if (seconds >= right.seconds()) {
                double part = (left.seconds() - seconds) / (left.seconds() - right.seconds());
                return left.bytes() + part * (right.bytes() - left.bytes());
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
