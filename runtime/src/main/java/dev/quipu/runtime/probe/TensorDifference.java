package dev.quipu.runtime.probe;

import dev.quipu.dsl.Type;

/**
 * How two tensors of one name and shape differ. A value that is not finite in one of them alone differs by infinity; one that both
 * have counts in no norm.
 *
 * @param different the number of elements that are not equal
 * @param largest the largest absolute difference of two elements
 * @param index of the elements that differ most: {@code [0, 3, 17]}
 * @param left the first tensor's element there
 * @param right the second's
 * @param relative norm of the difference over the first tensor's norm; over 1 where that is zero
 * @param normRatio the second tensor's norm over the first's
 */
public record TensorDifference(
        String name,
        Type type,
        long different,
        double largest,
        String index,
        double left,
        double right,
        double relative,
        double normRatio) {
    /** Whether all elements are equal. */
    public boolean isEqual() {
        return different == 0;
    }

    /** Whether the relative difference is at most the tolerance. Infinity never is. */
    public boolean isWithin(double tolerance) {
        return relative <= tolerance;
    }

    static TensorDifference of(Comparison.Values left, Comparison.Values right) {
        long elements = left.type().shape().elements();
        long different = 0;
        long place = 0;
        double largest = 0;
        double squares = 0;
        double leftSquares = 0;
        double rightSquares = 0;
        for (long i = 0; i < elements; i++) {
            double one = left.element().applyAsDouble(i);
            double other = right.element().applyAsDouble(i);
            double difference = difference(one, other);
            if (difference == 0 && !Double.isFinite(one)) {
                continue;
            }
            if (difference > 0) {
                different++;
            }
            if (difference > largest) {
                largest = difference;
                place = i;
            }
            squares += difference * difference;
            leftSquares += one * one;
            rightSquares += other * other;
        }
        boolean any = elements > 0;
        return new TensorDifference(
                left.name(),
                left.type(),
                different,
                largest,
                Place.index(left.type().shape(), place),
                any ? left.element().applyAsDouble(place) : 0,
                any ? right.element().applyAsDouble(place) : 0,
                Double.isInfinite(largest) ? largest : Math.sqrt(squares / (leftSquares == 0 ? 1 : leftSquares)),
                Math.sqrt(rightSquares / leftSquares));
    }

    private static double difference(double one, double other) {
        if (one == other || (Double.isNaN(one) && Double.isNaN(other))) {
            return 0;
        }
        double difference = Math.abs(one - other);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }
}
