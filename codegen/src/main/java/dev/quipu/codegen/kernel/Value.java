package dev.quipu.codegen.kernel;

import dev.quipu.codegen.kernel.KernelType.Kind;
import java.util.List;

/** An expression of the kernel language: a value without effects. Types are checked when it is made. */
public sealed interface Value {
    KernelType type();

    /** A number; a vector type repeats it. */
    record Literal(KernelType type, double value) implements Value {}

    /** A variable, parameter or field. */
    record Variable(String name, KernelType type) implements Value {}

    /** An operation on one value. */
    record Unary(UnaryOperator operator, Value argument) implements Value {
        @Override
        public KernelType type() {
            return switch (operator) {
                case NEGATE, ABS, SQRT, EXP, LOG, ROUND -> argument.type();
                case TO_FLOAT, BITS_TO_FLOAT -> argument.type().withKind(Kind.FLOAT);
                case TO_INT, FLOAT_TO_BITS -> argument.type().withKind(Kind.INT);
                case TO_LONG -> argument.type().withKind(Kind.LONG);
            };
        }
    }

    /** Operators of {@link Unary}. */
    enum UnaryOperator {
        NEGATE,
        ABS,
        SQRT,
        /** A GPU's own; the JVM has polynomials for it. */
        EXP,
        /** As {@link #EXP}. */
        LOG,
        /** From an integer. */
        TO_FLOAT,
        /** Towards zero. */
        TO_INT,
        TO_LONG,
        FLOAT_TO_BITS,
        BITS_TO_FLOAT,
        /**
         * To the nearest bf16, ties to even, of a vector's variable. NaN is one that arithmetic made: of others, whose dropped
         * bits are not zero, something else may become. Of what is stored as bf16, on the JVM only.
         */
        ROUND
    }

    /** An operation on two values of one type; shifts take an INT literal on the right. */
    record Binary(BinaryOperator operator, Value left, Value right) implements Value {
        public Binary {
            if (!left.type().equals(right.type()) && !operator.isShift()) {
                throw new AssertionError(operator + " of " + left.type() + " and " + right.type());
            }
        }

        @Override
        public KernelType type() {
            return left.type();
        }
    }

    /** Operators of {@link Binary}. */
    enum BinaryOperator {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        REMAINDER,
        MIN,
        MAX,
        SHIFT_LEFT,
        /** With the sign. */
        SHIFT_RIGHT,
        AND;

        boolean isShift() {
            return this == SHIFT_LEFT || this == SHIFT_RIGHT;
        }
    }

    /** {@code left * right + addend}, rounded once. */
    record Fma(Value left, Value right, Value addend) implements Value {
        @Override
        public KernelType type() {
            return left.type();
        }
    }

    /** One number in every lane. */
    record Splat(Value value, int lanes) implements Value {
        @Override
        public KernelType type() {
            return new KernelType(value.type().kind(), lanes);
        }
    }

    /** The lanes' numbers 0, 1, 2, ... */
    record LaneNumbers(int lanes) implements Value {
        @Override
        public KernelType type() {
            return KernelType.floats(lanes);
        }
    }

    /** A comparison: one truth value, or one a lane. */
    record Compare(Comparison comparison, Value left, Value right) implements Value {
        @Override
        public KernelType type() {
            return left.type().withKind(Kind.BOOLEAN);
        }
    }

    /** Comparisons; false where either side is NaN. */
    enum Comparison {
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        EQUAL
    }

    /** {@code then} where the condition holds, else {@code otherwise}. */
    record Select(Value condition, Value then, Value otherwise) implements Value {
        @Override
        public KernelType type() {
            return then.type();
        }
    }

    /**
     * Reads memory.
     *
     * @param memory a SEGMENT, BSEGMENT, ISEGMENT, ARRAY, FLOATS, BFLOATS or INTS
     * @param address in bytes for a segment (INT or LONG), of a BSEGMENT or ISEGMENT four for an element, in elements for everything else (INT)
     * @param active how many of the lanes are read, the others are zero; all for no mask
     */
    record Load(KernelType type, Value memory, Value address, int active) implements Value {
        public Load(KernelType type, Value memory, Value address) {
            this(type, memory, address, type.lanes());
        }
    }

    /**
     * Reads signed bytes of an ISEGMENT as so many FLOATs, without the factor of their block. JVM only.
     *
     * @param address LONG, in bytes
     */
    record LoadBytes(int lanes, Value memory, Value address) implements Value {
        @Override
        public KernelType type() {
            return KernelType.floats(lanes);
        }
    }

    /** Lanes of one vector, or of two: lane number i takes lane {@code lanes[i]} of first, or of second past its end. */
    record Shuffle(Value first, Value second, List<Integer> lanes) implements Value {
        public Shuffle {
            lanes = List.copyOf(lanes);
        }

        @Override
        public KernelType type() {
            return first.type();
        }
    }

    /** The first lane's number. */
    record FirstLane(Value vector) implements Value {
        @Override
        public KernelType type() {
            return new KernelType(vector.type().kind(), 1);
        }
    }

    /** Two FLOATs, rounded to bf16, as one INT: an element of WORDS. GPUs only. */
    record Pair(Value low, Value high) implements Value {
        @Override
        public KernelType type() {
            return KernelType.INT;
        }
    }

    /**
     * What the {@value #WARP} neighbouring work-items of a warp do together with a GPU's matrix unit; all of them come here,
     * with the same operands. GPUs with such units only.
     */
    record Matrix(MatrixOperator operator, List<Value> operands) implements Value {
        /** Work-items of a warp. */
        public static final int WARP = 32;

        /** Rows of a left matrix and of sums. */
        public static final int ROWS = 16;

        /** Columns of a right matrix and of sums. */
        public static final int COLUMNS = 8;

        /** Numbers along a row of a left matrix, and along a column of a right one. */
        public static final int DEPTH = 16;

        public Matrix {
            operands = List.copyOf(operands);
        }

        @Override
        public KernelType type() {
            return switch (operator) {
                case LOAD_LEFT -> KernelType.LEFT;
                case LOAD_RIGHT -> KernelType.RIGHT;
                case ZEROS, MULTIPLY_ADD -> KernelType.SUMS;
            };
        }
    }

    /** Operators of {@link Matrix}. */
    enum MatrixOperator {
        /** Sums of zero. */
        ZEROS,
        /** Of WORDS, from an INT byte on, a multiple of 16: 16 rows of 16 bf16, row by row, 512 bytes. */
        LOAD_LEFT,
        /** As {@link #LOAD_LEFT}: 16 rows of 8 bf16, 256 bytes. */
        LOAD_RIGHT,
        /** LEFT times RIGHT, added to SUMS in f32; in which order is the unit's own. */
        MULTIPLY_ADD
    }

    /** Which work-item runs the kernel: INT, 0 or more. GPUs only. */
    record WorkItem(Numbering numbering) implements Value {
        @Override
        public KernelType type() {
            return KernelType.INT;
        }
    }

    /** What {@link WorkItem} counts. */
    enum Numbering {
        /** The work-group among all. */
        GROUP,
        /** The work-item in its group. */
        ITEM
    }
}
