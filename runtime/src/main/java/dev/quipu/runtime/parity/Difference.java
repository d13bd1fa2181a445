package dev.quipu.runtime.parity;

/**
 * How far a tensor is from what was expected.
 *
 * @param relative norm of the difference over the norm of what was expected; over 1 where that is zero; NaN where a value is
 *     not finite
 */
public record Difference(String name, double relative) {
    /** The difference of two tensors of equal size. */
    public static Difference of(String name, float[] expected, float[] found) {
        double squares = 0;
        double whole = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = (double) found[i] - expected[i];
            squares += difference * difference;
            whole += (double) expected[i] * expected[i];
        }
        double relative = Math.sqrt(squares / (whole == 0 ? 1 : whole));
        return new Difference(name, Double.isFinite(relative) ? relative : Double.NaN);
    }

    /** Whether it is at most the tolerance; NaN never is. */
    public boolean isWithin(double tolerance) {
        return relative <= tolerance;
    }
}
