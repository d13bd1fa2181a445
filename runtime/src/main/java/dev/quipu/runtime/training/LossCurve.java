package dev.quipu.runtime.training;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Points of a curve in a {@link LossChart}, in the order of steps. */
record LossCurve(List<Point> points) {
    private static final int MOST_POINTS = 400;

    /** A loss after a number of steps. */
    record Point(double step, double loss) {}

    LossCurve {
        points = List.copyOf(points);
    }

    /** @param losses as many as metrics */
    static LossCurve of(List<? extends Metric> metrics, double[] losses) {
        return new LossCurve(IntStream.range(0, losses.length)
                .mapToObj(i -> new Point(metrics.get(i).step(), losses[i]))
                .toList());
    }

    static LossCurve of(List<? extends Metric> metrics) {
        return of(metrics, metrics.stream().mapToDouble(Metric::loss).toArray());
    }

    double[] steps() {
        return points.stream().mapToDouble(Point::step).toArray();
    }

    double[] losses() {
        return points.stream().mapToDouble(Point::loss).toArray();
    }

    /** Leaves out points that no eye could tell apart, but never the last. */
    LossCurve thinned() {
        int every = Math.max(1, Math.ceilDiv(points.size(), MOST_POINTS));
        return new LossCurve(IntStream.range(0, points.size())
                .filter(i -> i % every == 0 || i == points.size() - 1)
                .mapToObj(points::get)
                .toList());
    }

    /**
     * The same curve with one more point, half-way between the first two. Where the steps of a chart are equally far apart, XChart
     * labels as many of them as find room side by side, whatever the distance that is asked for; where they are not, it
     * labels round numbers at that distance.
     */
    LossCurve uneven() {
        if (points.size() < 2) {
            return this;
        }
        Point first = points.get(0);
        Point second = points.get(1);
        List<Point> more = new ArrayList<>(points);
        more.add(1, new Point((first.step() + second.step()) / 2, (first.loss() + second.loss()) / 2));
        return new LossCurve(more);
    }
}
