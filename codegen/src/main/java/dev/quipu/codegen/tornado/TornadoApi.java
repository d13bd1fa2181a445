package dev.quipu.codegen.tornado;

import com.palantir.javapoet.ClassName;
import dev.quipu.codegen.kernel.KernelType;

/** Names of TornadoVM's classes in generated sources. Nothing of Quipu is compiled against them. */
public final class TornadoApi {
    /** Package of TornadoVM's classes. */
    public static final String PACKAGE = "uk.ac.manchester.tornado.api";

    /** Package of the emulator's classes of the same names. */
    public static final String EMULATOR_PACKAGE = "dev.quipu.runtime.emulator.api";

    public static final ClassName KERNEL_CONTEXT = ClassName.get(PACKAGE, "KernelContext");
    public static final ClassName FLOAT_ARRAY = ClassName.get(PACKAGE + ".types.arrays", "FloatArray");
    public static final ClassName BFLOAT_ARRAY = ClassName.get(PACKAGE + ".types.arrays", "BFloat16Array");
    public static final ClassName INT_ARRAY = ClassName.get(PACKAGE + ".types.arrays", "IntArray");
    public static final ClassName BFLOAT = ClassName.get(PACKAGE + ".types", "BFloat16");
    public static final ClassName HALF_FLOAT = ClassName.get(PACKAGE + ".types", "HalfFloat");
    public static final ClassName MATRIX_SHAPE = ClassName.get(PACKAGE + ".enums", "MMAShape");
    public static final ClassName MATH = ClassName.get(PACKAGE + ".math", "TornadoMath");

    private TornadoApi() {}

    /** The class of a GPU's array: FLOATS, BFLOATS or INTS. */
    public static ClassName array(KernelType type) {
        return switch (type.kind()) {
            case FLOATS -> FLOAT_ARRAY;
            case BFLOATS -> BFLOAT_ARRAY;
            case INTS -> INT_ARRAY;
            case BOOLEAN, INT, LONG, FLOAT, SEGMENT, BSEGMENT, ISEGMENT, ARRAY, WORDS, LEFT, RIGHT, SUMS ->
                throw new AssertionError("no array of a GPU: " + type);
        };
    }

    /** A generated source with the emulator's classes in place of TornadoVM's; everything else stays as it is. */
    public static String emulated(String source) {
        return source.replace(PACKAGE + ".", EMULATOR_PACKAGE + ".");
    }

    /** A source that was written for the emulator's classes, over TornadoVM's. */
    public static String real(String source) {
        return source.replace(EMULATOR_PACKAGE + ".", PACKAGE + ".");
    }
}
