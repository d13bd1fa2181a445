package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import java.util.List;
import java.util.Map;

/**
 * How large gradients of an attention could be if nothing cancelled: sums of absolute values, in which a relative error of
 * weights or of their gradients is one of the sum at most.
 */
final class GradientBounds {
    private final MatrixAttentionCase size;
    private final Map<String, Array> inputs;
    private final double[] queries;
    private final double[] keys;
    private final double[] values;

    private GradientBounds(MatrixAttentionCase size, Map<String, Array> inputs) {
        this.size = size;
        this.inputs = inputs;
        this.queries = new double[inputs.get("q").size()];
        this.keys = new double[inputs.get("k").size()];
        this.values = new double[inputs.get("v").size()];
    }

    /** For each element of the gradients of queries, keys and values. */
    static List<double[]> of(MatrixAttentionCase size, Map<String, Array> inputs) {
        GradientBounds bounds = new GradientBounds(size, inputs);
        for (int batch = 0; batch < size.batch(); batch++) {
            for (int query = 0; query < size.length(); query++) {
                for (int head = 0; head < size.heads(); head++) {
                    bounds.add(batch, query, head);
                }
            }
        }
        return List.of(bounds.queries, bounds.keys, bounds.values);
    }

    private void add(int batch, int query, int head) {
        int at = ((batch * size.length() + query) * size.heads() + head) * size.size();
        int keyHead = head / (size.heads() / size.groups());
        double logSumExp = inputs.get("lse").get((batch * size.heads() + head) * size.length() + query);
        double delta = dot("gradient", at, "out", at);
        int window = size.window() == 0 ? 0 : query - size.window() + 1;
        int start = size.document() == 0 ? 0 : query / size.document() * size.document();
        for (int key = Math.max(0, Math.max(window, start)); key <= query; key++) {
            int keyAt = ((batch * size.length() + key) * size.groups() + keyHead) * size.size();
            double weight = Math.exp(size.scale() * dot("q", at, "k", keyAt) - logSumExp);
            double slope = Math.abs(size.scale() * weight * (dot("gradient", at, "v", keyAt) - delta));
            for (int i = 0; i < size.size(); i++) {
                queries[at + i] += slope * Math.abs(inputs.get("k").get(keyAt + i));
                keys[keyAt + i] += slope * Math.abs(inputs.get("q").get(at + i));
                values[keyAt + i] += weight * Math.abs(inputs.get("gradient").get(at + i));
            }
        }
    }

    private double dot(String left, int leftAt, String right, int rightAt) {
        double sum = 0;
        for (int i = 0; i < size.size(); i++) {
            sum += inputs.get(left).get(leftAt + i) * inputs.get(right).get(rightAt + i);
        }
        return sum;
    }
}
