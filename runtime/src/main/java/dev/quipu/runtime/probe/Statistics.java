package dev.quipu.runtime.probe;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Type;

/**
 * What a tensor's values are like. Values that are not finite, or too large for a float, count apart and nowhere else.
 *
 * @param norm the Euclidean norm
 * @param notFinite how many
 */
public record Statistics(
        Type type, double least, double greatest, double mean, double deviation, double norm, long notFinite) {
    static Statistics of(Array array) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        long finite = 0;
        for (double value : array.values()) {
            if (NotFinite.isFinite(value)) {
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
                sum += value;
                squares += value * value;
                finite++;
            }
        }
        double mean = sum / finite;
        double variance = Math.max(0, squares / finite - mean * mean);
        return new Statistics(
                array.type(), least, greatest, mean, Math.sqrt(variance), Math.sqrt(squares), array.size() - finite);
    }
}
