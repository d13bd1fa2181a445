package dev.quipu.codegen.kernel;

/**
 * Type of a value in the kernel language.
 *
 * @param lanes 1 for single values, else a vector of that many
 */
public record KernelType(Kind kind, int lanes) {
    /** What a value, or each lane of it, is. */
    public enum Kind {
        BOOLEAN,
        INT,
        LONG,
        FLOAT,
        /** A buffer off the heap, addressed in bytes. */
        SEGMENT,
        /**
         * A buffer of bf16 off the heap, read and written as FLOAT; writing rounds. Its addresses count an element as four
         * bytes, as those of a {@link #SEGMENT} of FLOATs do: an element's address does not say how it is stored.
         */
        BSEGMENT,
        /** A buffer of {@link dev.quipu.dsl.Int8Blocks} off the heap, read as FLOAT, addressed as a {@link #BSEGMENT}. */
        ISEGMENT,
        /** Floats on the heap, or of a work-group or work-item, addressed by element. */
        ARRAY,
        /** A GPU's buffer of f32, addressed by element. */
        FLOATS,
        /** A GPU's buffer of bf16, addressed by element and read and written as FLOAT; writing rounds. */
        BFLOATS,
        /** A GPU's buffer of i32, addressed by element. */
        INTS,
        /** INTs of a work-group, each a pair of bf16, addressed by element: matrices for a GPU's matrix units. */
        WORDS,
        /** The left matrix of {@link Value.Matrix}, spread over the work-items of a warp. */
        LEFT,
        /** The right matrix, as {@link #LEFT}. */
        RIGHT,
        /** The sums that products are added to, in f32, as {@link #LEFT}. */
        SUMS
    }

    public static final KernelType BOOLEAN = new KernelType(Kind.BOOLEAN, 1);
    public static final KernelType INT = new KernelType(Kind.INT, 1);
    public static final KernelType LONG = new KernelType(Kind.LONG, 1);
    public static final KernelType FLOAT = new KernelType(Kind.FLOAT, 1);
    public static final KernelType SEGMENT = new KernelType(Kind.SEGMENT, 1);
    public static final KernelType BSEGMENT = new KernelType(Kind.BSEGMENT, 1);
    public static final KernelType ISEGMENT = new KernelType(Kind.ISEGMENT, 1);
    public static final KernelType ARRAY = new KernelType(Kind.ARRAY, 1);
    public static final KernelType FLOATS = new KernelType(Kind.FLOATS, 1);
    public static final KernelType BFLOATS = new KernelType(Kind.BFLOATS, 1);
    public static final KernelType INTS = new KernelType(Kind.INTS, 1);
    public static final KernelType WORDS = new KernelType(Kind.WORDS, 1);
    public static final KernelType LEFT = new KernelType(Kind.LEFT, 1);
    public static final KernelType RIGHT = new KernelType(Kind.RIGHT, 1);
    public static final KernelType SUMS = new KernelType(Kind.SUMS, 1);

    public KernelType {
        boolean power = lanes >= 1 && lanes <= 16 && Integer.bitCount(lanes) == 1;
        boolean vector = kind == Kind.FLOAT || kind == Kind.INT || kind == Kind.BOOLEAN;
        if (!power || (lanes > 1 && !vector)) {
            throw new AssertionError("no vectors of " + lanes + " x " + kind);
        }
    }

    /** So many lanes of FLOAT. */
    public static KernelType floats(int lanes) {
        return new KernelType(Kind.FLOAT, lanes);
    }

    /** So many lanes of INT. */
    public static KernelType ints(int lanes) {
        return new KernelType(Kind.INT, lanes);
    }

    /** Whether it is a GPU's buffer. */
    public boolean isDeviceArray() {
        return kind == Kind.FLOATS || kind == Kind.BFLOATS || kind == Kind.INTS;
    }

    /** Whether it has several lanes. */
    public boolean isVector() {
        return lanes > 1;
    }

    /** As many lanes of another kind. */
    public KernelType withKind(Kind other) {
        return new KernelType(other, lanes);
    }
}
