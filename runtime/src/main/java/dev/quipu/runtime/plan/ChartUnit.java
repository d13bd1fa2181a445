package dev.quipu.runtime.plan;

/**
 * The unit of an axis.
 *
 * @param size what one of it is, in bytes or seconds
 */
record ChartUnit(String name, double size) {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] SECONDS = {"s", "ms", "us"};

    /** In which the largest of some sizes reads well. */
    static ChartUnit ofBytes(double largest) {
        int power = 0;
        while (power < BYTES.length - 1 && largest >= Math.pow(1024, power + 1)) {
            power++;
        }
        return new ChartUnit(BYTES[power], Math.pow(1024, power));
    }

    /** In which the largest of some times reads well. */
    static ChartUnit ofSeconds(double largest) {
        int power = 0;
        while (power < SECONDS.length - 1 && largest < Math.pow(1e-3, power)) {
            power++;
        }
        return new ChartUnit(SECONDS[power], Math.pow(1e-3, power));
    }

    double of(double amount) {
        return amount / size;
    }
}
