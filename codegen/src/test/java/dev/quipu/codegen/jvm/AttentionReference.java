package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.AttentionLaunch;

/** Attention in doubles, straight from its formula, and its gradients by the chain rule. */
final class AttentionReference {
    private final AttentionLaunch launch;
    private final float[] q;
    private final float[] k;
    private final float[] v;
    private final int position;
    private final int[] starts;

    final double[] out;
    final double[] logSumExp;
    final double[] queryGradient;
    final double[] keyGradient;
    final double[] valueGradient;

    /**
     * @param position place of the first query among the keys
     * @param gradient of the output, or null
     */
    AttentionReference(AttentionLaunch launch, float[] q, float[] k, float[] v, int position, float[] gradient) {
        this(launch, q, k, v, position, new int[launch.batch() * launch.queries()], gradient);
    }

    /**
     * @param starts the first key of each query's document
     */
    AttentionReference(
            AttentionLaunch launch, float[] q, float[] k, float[] v, int position, int[] starts, float[] gradient) {
        this.starts = starts;
        this.launch = launch;
        this.q = q;
        this.k = k;
        this.v = v;
        this.position = position;
        out = new double[q.length];
        logSumExp = new double[launch.batch() * launch.heads() * launch.queries()];
        queryGradient = new double[q.length];
        keyGradient = new double[k.length];
        valueGradient = new double[k.length];
        for (int batch = 0; batch < launch.batch(); batch++) {
            for (int head = 0; head < launch.heads(); head++) {
                for (int query = 0; query < launch.queries(); query++) {
                    row(batch, head, query, gradient);
                }
            }
        }
    }

    private void row(int batch, int head, int query, float[] gradient) {
        int size = launch.headSize();
        int last = position + query;
        int first = Math.max(
                starts[batch * launch.queries() + query], launch.window() == 0 ? 0 : last - launch.window() + 1);
        int at = ((batch * launch.queries() + query) * launch.heads() + head) * size;
        double[] weights = new double[last + 1];
        double largest = Double.NEGATIVE_INFINITY;
        for (int key = first; key <= last; key++) {
            weights[key] = launch.scale() * dot(q, at, k, key(batch, head, key));
            largest = Math.max(largest, weights[key]);
        }
        double sum = 0;
        for (int key = first; key <= last; key++) {
            weights[key] = Math.exp(weights[key] - largest);
            sum += weights[key];
        }
        logSumExp[(batch * launch.heads() + head) * launch.queries() + query] = largest + Math.log(sum);
        for (int key = first; key <= last; key++) {
            weights[key] /= sum;
            for (int d = 0; d < size; d++) {
                out[at + d] += weights[key] * v[key(batch, head, key) + d];
            }
        }
        if (gradient != null) {
            gradients(batch, head, first, at, weights, gradient);
        }
    }

    private void gradients(int batch, int head, int first, int at, double[] weights, float[] gradient) {
        int size = launch.headSize();
        double delta = 0;
        for (int d = 0; d < size; d++) {
            delta += gradient[at + d] * out[at + d];
        }
        for (int key = first; key < weights.length; key++) {
            int to = key(batch, head, key);
            double score = launch.scale() * weights[key] * (dot(gradient, at, v, to) - delta);
            for (int d = 0; d < size; d++) {
                valueGradient[to + d] += weights[key] * gradient[at + d];
                keyGradient[to + d] += score * q[at + d];
                queryGradient[at + d] += score * k[to + d];
            }
        }
    }

    private int key(int batch, int head, int key) {
        int keyHead = head / (launch.heads() / launch.keyHeads());
        return ((batch * launch.keys() + key) * launch.keyHeads() + keyHead) * launch.headSize();
    }

    private double dot(float[] left, int leftAt, float[] right, int rightAt) {
        double sum = 0;
        for (int d = 0; d < launch.headSize(); d++) {
            sum += (double) left[leftAt + d] * right[rightAt + d];
        }
        return sum;
    }

    /** Norm of the difference over the norm of what is expected, or over a tenth a number where that is next to nothing. */
    static double difference(double[] expected, float[] actual) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / Math.max(norm, 0.01 * expected.length));
    }
}
