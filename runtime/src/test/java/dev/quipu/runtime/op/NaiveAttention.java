package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Elements.at;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Attention through whole matrices: masked scores, their softmax, and the softmax's Jacobian.
 *
 * @param window 0 for none
 * @param positions of each sequence's first query among the keys
 */
record NaiveAttention(int window, double scale, List<Integer> positions) {
    /** Of sequences whose first queries stand at these positions, the last ones at the last. */
    NaiveAttention(int window, double scale, Integer... positions) {
        this(window, scale, List.of(positions));
    }

    /** Output and log-sum-exp. */
    List<Array> forward(Array q, Array k, Array v) {
        return forward(q, k, v, none(q));
    }

    /** The same, of documents that share a row. */
    List<Array> forward(Array q, Array k, Array v, Array starts) {
        Array output = Array.zeros(q.type());
        int[] sizes = q.type().shape().sizes();
        Type query = q.type();
        Type statisticType = query.withShape(Shape.of(
                query.shape().dim(0), query.shape().dim(2), query.shape().dim(1)));
        Array statistic = Array.zeros(statisticType);
        for (int b = 0; b < sizes[0]; b++) {
            for (int h = 0; h < sizes[2]; h++) {
                double[][] p = scores(q, k, starts, b, h);
                for (int t = 0; t < sizes[1]; t++) {
                    statistic.values()[(b * sizes[2] + h) * sizes[1] + t] = softmax(p[t]);
                    for (int s = 0; s < p[t].length; s++) {
                        addRow(output, b, t, h, p[t][s], v, s, group(q, k, h));
                    }
                }
            }
        }
        return List.of(output, statistic);
    }

    /** Gradients of q, k and v. */
    List<Array> backward(Array q, Array k, Array v, Array gradient) {
        return backward(q, k, v, gradient, none(q));
    }

    /** The same, of documents that share a row. */
    List<Array> backward(Array q, Array k, Array v, Array gradient, Array starts) {
        Array dq = Array.zeros(q.type());
        Array dk = Array.zeros(k.type());
        Array dv = Array.zeros(v.type());
        int[] sizes = q.type().shape().sizes();
        for (int b = 0; b < sizes[0]; b++) {
            for (int h = 0; h < sizes[2]; h++) {
                int g = group(q, k, h);
                double[][] p = scores(q, k, starts, b, h);
                for (int t = 0; t < sizes[1]; t++) {
                    softmax(p[t]);
                    double[] slopes = new double[p[t].length];
                    double mean = 0;
                    for (int s = 0; s < slopes.length; s++) {
                        slopes[s] = dot(gradient, b, t, h, v, s, g);
                        mean += p[t][s] * slopes[s];
                    }
                    for (int s = 0; s < slopes.length; s++) {
                        double slope = p[t][s] * (slopes[s] - mean) * scale;
                        addRow(dq, b, t, h, slope, k, s, g);
                        addRow(dk, b, s, g, slope, q, t, h);
                        addRow(dv, b, s, g, p[t][s], gradient, t, h);
                    }
                }
            }
        }
        return List.of(dq, dk, dv);
    }

    /** All queries' documents begin with the row. */
    private static Array none(Array q) {
        Shape shape = q.type().shape();
        return Array.zeros(Type.i32(shape.dim(0), shape.dim(1)));
    }

    private static int group(Array q, Array k, int head) {
        return head * k.type().shape().size(2) / q.type().shape().size(2);
    }

    private double[][] scores(Array q, Array k, Array starts, int b, int h) {
        double[][] scores =
                new double[q.type().shape().size(1)][k.type().shape().size(1)];
        for (int t = 0; t < scores.length; t++) {
            for (int s = 0; s < scores[t].length; s++) {
                int distance = positions.get(Math.min(b, positions.size() - 1)) + t - s;
                boolean visible = distance >= 0 && (window == 0 || distance < window) && s >= at(starts, b, t);
                scores[t][s] = visible ? scale * dot(q, b, t, h, k, s, group(q, k, h)) : Double.NEGATIVE_INFINITY;
            }
        }
        return scores;
    }

    /** In place; returns the log-sum-exp. */
    private static double softmax(double[] row) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (double score : row) {
            greatest = Math.max(greatest, score);
        }
        double sum = 0;
        for (double score : row) {
            sum += Math.exp(score - greatest);
        }
        for (int s = 0; s < row.length; s++) {
            row[s] = Math.exp(row[s] - greatest) / sum;
        }
        return greatest + Math.log(sum);
    }

    private static double dot(Array left, int b, int t, int h, Array right, int s, int g) {
        double sum = 0;
        for (int d = 0; d < left.type().shape().size(3); d++) {
            sum += at(left, b, t, h, d) * at(right, b, s, g, d);
        }
        return sum;
    }

    private static void addRow(Array into, int b, int t, int h, double factor, Array from, int s, int g) {
        int[] sizes = into.type().shape().sizes();
        for (int d = 0; d < sizes[3]; d++) {
            into.values()[((b * sizes[1] + t) * sizes[2] + h) * sizes[3] + d] += factor * at(from, b, s, g, d);
        }
    }
}
