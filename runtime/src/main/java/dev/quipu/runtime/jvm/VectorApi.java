package dev.quipu.runtime.jvm;

import dev.quipu.dsl.QuipuException;
import jdk.incubator.vector.FloatVector;

/** The JVM's vectors: whether they are there, and how wide they are. */
final class VectorApi {
    private static final String MODULE = "jdk.incubator.vector";
    private static final String LANES = "quipu.lanes";

    private VectorApi() {}

    /**
     * @param layer modules of the running JVM
     * @throws QuipuException if the Vector API is not among them
     */
    static void require(ModuleLayer layer) {
        if (layer.findModule(MODULE).isEmpty()) {
            throw QuipuException.of(
                    "the module " + MODULE,
                    "a JVM without it",
                    "JVM flags",
                    "start java with @config/jvm.args, or at least with --add-modules=" + MODULE);
        }
    }

    /**
     * Floats in a vector: as many as the processor likes, at most 16 (512 bits), or what {@code -Dquipu.lanes} says.
     *
     * @throws QuipuException if that is not 4, 8 or 16
     */
    static int lanes() {
        int lanes = Setting.number(LANES, 4, 16, () -> Math.clamp(FloatVector.SPECIES_PREFERRED.length(), 4, 16));
        if (Integer.bitCount(lanes) != 1) {
            throw QuipuException.of("4, 8 or 16", Integer.toString(lanes), "-D" + LANES, "");
        }
        return lanes;
    }
}
