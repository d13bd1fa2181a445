package dev.quipu.runtime.training;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Points of a curve in a {@link LossChart}, in the order of steps.
 *
 * @param losses as many as steps
 */
record LossCurve(double[] steps, double[] losses) {
    private static final int MOST_POINTS = 400;

    static LossCurve of(List<? extends Metric> metrics, double[] losses) {
        return new LossCurve(metrics.stream().mapToDouble(Metric::step).toArray(), losses);
    }

    static LossCurve of(List<? extends Metric> metrics) {
        return of(metrics, metrics.stream().mapToDouble(Metric::loss).toArray());
    }

    /** Leaves out points that no eye could tell apart, but never the last. */
    LossCurve thinned() {
        int every = Math.max(1, Math.ceilDiv(steps.length, MOST_POINTS));
        int[] kept = IntStream.range(0, steps.length)
                .filter(i -> i % every == 0 || i == steps.length - 1)
                .toArray();
        return new LossCurve(at(kept, steps), at(kept, losses));
    }

    private static double[] at(int[] indices, double[] values) {
        return Arrays.stream(indices).mapToDouble(i -> values[i]).toArray();
    }

    /**
     * The same curve with one more point, half-way between the first two. Where the steps of a chart are equally far apart, XChart
     * labels as many of them as find room side by side, whatever the distance that is asked for; where they are not, it
     * labels round numbers at that distance.
     */
    LossCurve uneven() {
        return steps.length < 2 ? this : new LossCurve(halved(steps), halved(losses));
    }

    private static double[] halved(double[] values) {
        double[] longer = new double[values.length + 1];
        longer[0] = values[0];
        longer[1] = (values[0] + values[1]) / 2;
        System.arraycopy(values, 1, longer, 2, values.length - 1);
        return longer;
    }
}
