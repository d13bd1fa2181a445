package dev.quipu.runtime.probe;

import java.util.Locale;

/**
 * The first value of a tensor, in row-major order, that is not finite or that a 32-bit float cannot hold.
 *
 * @param index along each axis, counted from zero: {@code [0, 3, 17]}
 * @param value NaN, infinite, or too large
 */
public record NotFinite(String index, double value) {
    /** Whether a 32-bit float holds a value. */
    static boolean isFinite(double value) {
        return Math.abs(value) <= Float.MAX_VALUE;
    }

    @Override
    public String toString() {
        String number = Double.isFinite(value)
                ? String.format(Locale.ROOT, "%.3g, more than a float holds,", value)
                : Double.toString(value);
        return number + " at " + index;
    }
}
