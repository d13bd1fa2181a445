package dev.quipu.compiler.reference;

import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Attention by its definition, one query at a time. {@code queries} is [B, T, H, D], {@code keys} [B, S, G, D]; query t stands
 * at position {@code positions[b] + t} and sees the keys at or before it within the window, from its start on where there are starts.
 */
record ReferenceAttention(
        Shape queries, Shape keys, int window, double scale, List<Integer> positions, Optional<Array> starts) {
    ReferenceAttention(Array q, Array k, int window, double scale) {
        this(
                q.type().shape(),
                k.type().shape(),
                window,
                scale,
                Collections.nCopies(q.type().shape().size(0), 0),
                Optional.empty());
    }

    /** The same, of queries that begin at a position of their own in each element of the batch. */
    ReferenceAttention at(int... places) {
        return new ReferenceAttention(
                queries, keys, window, scale, Arrays.stream(places).boxed().toList(), starts);
    }

    /** The same, of queries that see no key before their starts, if there are any. */
    ReferenceAttention from(List<Array> found) {
        return new ReferenceAttention(
                queries, keys, window, scale, positions, found.stream().findFirst());
    }

    /** The output and the log-sum-exp of each query's scaled scores; 0 and minus infinity for one that sees no key. */
    List<Array> forward(Array q, Array k, Array v, Type outputType, Type statisticType) {
        Array output = Array.zeros(outputType);
        Array statistic = Array.zeros(statisticType);
        double[] scores = new double[keys.size(1)];
        forEachQuery((batch, time, head, place) -> {
            double max = Double.NEGATIVE_INFINITY;
            for (int key = firstKey(batch, time); key < endKey(batch, time); key++) {
                scores[key] = scale * dot(q, place, k, keyPlace(batch, key, head));
                max = Math.max(max, scores[key]);
            }
            double sum = 0;
            for (int key = firstKey(batch, time); key < endKey(batch, time); key++) {
                sum += Math.exp(scores[key] - max);
            }
            double logSumExp = max + Math.log(sum);
            statistic.values()[statisticPlace(batch, time, head)] = logSumExp;
            for (int key = firstKey(batch, time); key < endKey(batch, time); key++) {
                addScaled(Math.exp(scores[key] - logSumExp), v, keyPlace(batch, key, head), output, place);
            }
        });
        return List.of(output, statistic);
    }

    /** Gradients of q, k and v. With p = exp(s - lse): dv = p do; ds = p (do v - do out); dq = scale ds k; dk = scale ds q. */
    List<Array> backward(List<Array> inputs, List<Type> types) {
        Array q = inputs.get(0);
        Array k = inputs.get(1);
        Array v = inputs.get(2);
        Array output = inputs.get(3);
        Array statistic = inputs.get(4);
        Array gradient = inputs.get(5);
        Array dq = Array.zeros(types.get(0));
        Array dk = Array.zeros(types.get(1));
        Array dv = Array.zeros(types.get(2));
        forEachQuery((batch, time, head, place) -> {
            double mean = dot(gradient, place, output, place);
            double logSumExp = statistic.get(statisticPlace(batch, time, head));
            for (int key = firstKey(batch, time); key < endKey(batch, time); key++) {
                int keyPlace = keyPlace(batch, key, head);
                double likely = Math.exp(scale * dot(q, place, k, keyPlace) - logSumExp);
                double slope = scale * likely * (dot(gradient, place, v, keyPlace) - mean);
                addScaled(likely, gradient, place, dv, keyPlace);
                addScaled(slope, k, keyPlace, dq, place);
                addScaled(slope, q, place, dk, keyPlace);
            }
        });
        return List.of(dq, dk, dv);
    }

    private interface QueryAction {
        void at(int batch, int time, int head, int place);
    }

    private void forEachQuery(QueryAction action) {
        int place = 0;
        for (int batch = 0; batch < queries.size(0); batch++) {
            for (int time = 0; time < queries.size(1); time++) {
                for (int head = 0; head < queries.size(2); head++) {
                    action.at(batch, time, head, place);
                    place += width();
                }
            }
        }
    }

    private int width() {
        return queries.size(3);
    }

    private int firstKey(int batch, int time) {
        int first = window == 0 ? 0 : Math.max(0, positions.get(batch) + time - window + 1);
        return starts.map(places -> Math.max(first, (int) places.get(batch * queries.size(1) + time)))
                .orElse(first);
    }

    private int endKey(int batch, int time) {
        return Math.min(keys.size(1), positions.get(batch) + time + 1);
    }

    private int keyPlace(int batch, int key, int head) {
        int group = head / (queries.size(2) / keys.size(2));
        return ((batch * keys.size(1) + key) * keys.size(2) + group) * width();
    }

    private int statisticPlace(int batch, int time, int head) {
        return (batch * queries.size(2) + head) * queries.size(1) + time;
    }

    private double dot(Array left, int leftPlace, Array right, int rightPlace) {
        double sum = 0;
        for (int i = 0; i < width(); i++) {
            sum += left.get(leftPlace + i) * right.get(rightPlace + i);
        }
        return sum;
    }

    private void addScaled(double factor, Array from, int fromPlace, Array into, int intoPlace) {
        for (int i = 0; i < width(); i++) {
            into.values()[intoPlace + i] += factor * from.get(fromPlace + i);
        }
    }
}
