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
     * Floats in a vector: as many as the processor likes, at most 16 (512 bits), or fewer where {@code -Dquipu.lanes} says so.
     *
     * @throws QuipuException if that is not 4, 8 or 16, or more than the JIT has registers for: such vectors would be objects
     */
    static int lanes() {
        int widest = Math.clamp(FloatVector.SPECIES_PREFERRED.length(), 4, 16);
        int lanes = Setting.number(LANES, 4, 16, () -> widest);
        if (Integer.bitCount(lanes) != 1) {
            throw QuipuException.of("4, 8 or 16", Integer.toString(lanes), "-D" + LANES, "");
        }
        if (lanes > widest) {
            throw QuipuException.of(
                    "at most " + widest + ", the floats in a vector of this processor under the JVM's flags",
                    Integer.toString(lanes),
                    "-D" + LANES,
                    "");
        }
        return lanes;
    }
}
