package dev.quipu.runtime.jvm;

import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/** The vectors that kernels can be printed for. */
public final class Species {
    private static final String LANES = "quipu.lanes";

    private Species() {}

    /** Floats of a vector where that is less than what kernels have anyway: 8 and 4 on a processor with 512 bits. */
    public static List<Integer> narrower() {
        return Stream.of(8, 4)
                .filter(lanes -> lanes < FloatVector.SPECIES_PREFERRED.length())
                .toList();
    }

    /** A device whose kernels have vectors of so many floats. */
    public static JvmDevice device(int workers, int lanes) {
        String before = System.getProperty(LANES);
        System.setProperty(LANES, Integer.toString(lanes));
        try {
            return new JvmDevice(workers);
        } finally {
            if (before == null) {
                System.clearProperty(LANES);
            } else {
                System.setProperty(LANES, before);
            }
        }
    }
}
