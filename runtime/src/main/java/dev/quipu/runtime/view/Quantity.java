package dev.quipu.runtime.view;

import java.util.Locale;

/** Amounts with the unit that makes them readable. */
public final class Quantity {
    private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P", "E"};
    private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

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
