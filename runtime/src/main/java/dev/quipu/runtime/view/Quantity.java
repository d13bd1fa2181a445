package dev.quipu.runtime.view;

import java.util.Locale;

/** Amounts with the unit that makes them readable. */
public final class Quantity {
    private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P", "E"};
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    private static final String[] SECONDS = {"s", "ms", "us"};

    private Quantity() {}

    /** Floating-point operations: {@code 2.15 GFLOP}. */
    public static String flops(double flops) {
        return scaled(flops, 1000, DECIMAL, "FLOP");
    }

    public static String flops(long flops) {
        return flops((double) flops);
    }

    /** Bytes: {@code 64.0 MiB}. */
    public static String bytes(double bytes) {
        return scaled(bytes, 1024, BINARY, "B");
    }

    public static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    /** A duration, three digits of it: {@code 4.33 s}. */
    public static String seconds(double seconds) {
        double rest = seconds;
        int unit = 0;
        while (unit < SECONDS.length - 1 && rest > 0 && rest < 1) {
            rest *= 1000;
            unit++;
        }
        return number(rest) + " " + SECONDS[unit];
    }

    /** A part of something: {@code 12.5%}. */
    public static String percent(double part, double whole) {
        return String.format(Locale.ROOT, "%.1f%%", whole == 0 ? 0 : 100 * part / whole);
    }

    private static String number(double amount) {
        int digits = amount == 0 || amount >= 100 ? 0 : amount >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + digits + "f", amount);
    }

    private static String scaled(double amount, double step, String[] prefixes, String unit) {
        int power = 0;
        double rest = amount;
        while (rest >= step && power < prefixes.length - 1) {
            rest /= step;
            power++;
        }
        int digits = power == 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + digits + "f %s%s", rest, prefixes[power], unit);
    }
}
