package dev.quipu.codegen.tornado;

import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Value;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Prints values as Java for TornadoVM, with the parentheses that are needed and those that readers of shifts and masks
 * expect. What {@link dev.quipu.codegen.gpu.GpuSubset} refuses is not printed.
 *
 * <p>What differs from Java on a device: MIN and MAX of NaN and a number are the number; TO_INT of NaN, infinities and what no
 * int holds is anything; EXP and LOG are within a few units in the last place, on PTX by way of powers and logarithms of two.
 */
final class TornadoExpressions {
    private static final int ATOM = 9;
    private static final int PREFIX = 8;
    private static final int PRODUCT = 7;
    private static final int SUM = 6;
    private static final int SHIFT = 5;
    private static final int COMPARISON = 4;
    private static final int MASK = 3;
    private static final int EITHER = 2;
    private static final int CHOICE = 1;

    private final UnaryOperator<String> names;

    /** Printing with the names that variables have in the method. */
    TornadoExpressions(UnaryOperator<String> names) {
        this.names = names;
    }

    String print(Value value) {
        return switch (value) {
            case Value.Literal literal -> literal(literal);
            case Value.Variable variable -> names.apply(variable.name());
            case Value.Unary unary -> unary(unary);
            case Value.Binary binary -> binary(binary);
            case Value.Compare compare -> compare(compare);
            case Value.Select select ->
                operand(select.condition(), MASK) + " ? " + operand(select.then(), MASK) + " : "
                        + operand(select.otherwise(), MASK);
            case Value.Load load -> load(load);
            case Value.WorkItem item ->
                switch (item.numbering()) {
                    case GROUP -> "context.groupIdx";
                    case ITEM -> "context.localIdx";
                };
            case Value.Pair pair -> bits(pair.low()) + " | " + bits(pair.high()) + " << 16";
            case Value.Matrix matrix -> matrix(matrix);
            case Value.Fma fma -> throw refused(fma);
            case Value.Splat splat -> throw refused(splat);
            case Value.LaneNumbers numbers -> throw refused(numbers);
            case Value.Shuffle shuffle -> throw refused(shuffle);
            case Value.FirstLane first -> throw refused(first);
            case Value.LoadBytes load -> throw refused(load);
        };
    }

    /** A value at the right of a comparison. */
    String printBound(Value value) {
        return operand(value, SHIFT);
    }

    /** What a kernel that passed the legal subset does not have. */
    static AssertionError refused(Object form) {
        return new AssertionError("not for a GPU: " + form);
    }

    /** Whether memory is one of a task's arrays, not a {@code float[]}. */
    static boolean isParameter(Value memory) {
        return memory.type().isDeviceArray();
    }

    /** Whether an array's elements are the bits of floats, which {@link TornadoApi#BFLOAT} knows. */
    static boolean holdsBits(Value memory) {
        return memory.type().kind() == Kind.BFLOATS;
    }

    private String load(Value.Load load) {
        String memory = print(load.memory());
        String address = print(load.address());
        if (!isParameter(load.memory())) {
            return memory + "[" + address + "]";
        }
        String element = memory + ".get(" + address + ")";
        return holdsBits(load.memory()) ? "BFloat16.bf16ToFloat(" + element + ")" : element;
    }

    /**
     * A float's bits as bf16, without a sign. Only of a {@code char} does TornadoVM make an int: what is masked or shifted
     * remains a short, whose upper half is lost.
     */
    private String bits(Value value) {
        String bits = value instanceof Value.Load load && holdsBits(load.memory())
                ? print(load.memory()) + ".get(" + print(load.address()) + ")"
                : "BFloat16.bf16FromFloat(" + print(value) + ")";
        return "(char) " + bits;
    }

    private String matrix(Value.Matrix matrix) {
        List<String> operands = matrix.operands().stream().map(this::print).toList();
        return switch (matrix.operator()) {
            case ZEROS -> "context.mmaFragment(0.0f)";
            case LOAD_LEFT -> load("mmaLoadA", operands);
            case LOAD_RIGHT -> load("mmaLoadB", operands);
            case MULTIPLY_ADD -> "context.mmaBF16(" + String.join(", ", operands) + ", MMAShape.M16N8K16)";
        };
    }

    private static String load(String method, List<String> operands) {
        return "context." + method + "(" + operands.getFirst() + ", " + Value.Matrix.DEPTH + ", " + operands.getLast()
                + ")";
    }

    private static String literal(Value.Literal literal) {
        return switch (literal.type().kind()) {
            case INT -> Integer.toString((int) literal.value());
            case FLOAT -> number((float) literal.value());
            case BOOLEAN -> Boolean.toString(literal.value() != 0);
            case LONG, SEGMENT, BSEGMENT, ISEGMENT, ARRAY, FLOATS, BFLOATS, INTS, WORDS, LEFT, RIGHT, SUMS ->
                throw refused(literal);
        };
    }

    private static String number(float value) {
        if (Float.isInfinite(value)) {
            return value > 0 ? "Float.POSITIVE_INFINITY" : "Float.NEGATIVE_INFINITY";
        }
        return value + "f";
    }

    private String unary(Value.Unary unary) {
        return switch (unary.operator()) {
            case NEGATE -> "-" + operand(unary.argument(), ATOM);
            case ABS -> call("abs", unary.argument());
            case SQRT -> call("sqrt", unary.argument());
            case EXP -> call("exp", unary.argument());
            case LOG -> call("log", unary.argument());
            case TO_FLOAT -> "(float) " + operand(unary.argument(), PREFIX);
            case TO_INT -> "(int) " + operand(unary.argument(), PREFIX);
            case TO_LONG, FLOAT_TO_BITS, BITS_TO_FLOAT, ROUND -> throw refused(unary);
        };
    }

    private String binary(Value.Binary binary) {
        return switch (binary.operator()) {
            case ADD -> infix(binary, " + ", SUM, isInteger(binary) ? SUM : PRODUCT); // floats are added in their order
            case SUBTRACT -> infix(binary, " - ", SUM, PRODUCT);
            case MULTIPLY -> infix(binary, " * ", PRODUCT, PREFIX);
            case DIVIDE -> infix(binary, " / ", PRODUCT, PREFIX);
            case REMAINDER -> infix(binary, " % ", PRODUCT, PREFIX);
            case SHIFT_LEFT -> infix(binary, " << ", PREFIX, PREFIX);
            case SHIFT_RIGHT -> infix(binary, " >> ", PREFIX, PREFIX);
            case AND -> infix(binary, " & ", PREFIX, PREFIX);
            case MIN -> call("min", binary.left(), binary.right());
            case MAX -> call("max", binary.left(), binary.right());
        };
    }

    private static boolean isInteger(Value value) {
        return value.type().kind() == Kind.INT;
    }

    private String infix(Value.Binary binary, String symbol, int left, int right) {
        return operand(binary.left(), left) + symbol + operand(binary.right(), right);
    }

    private String call(String function, Value... arguments) {
        StringBuilder text = new StringBuilder(TornadoApi.MATH.simpleName() + "." + function + "(");
        for (int i = 0; i < arguments.length; i++) {
            text.append(i == 0 ? "" : ", ").append(print(arguments[i]));
        }
        return text.append(")").toString();
    }

    /** TornadoVM makes {@code a <= b} of floats to {@code !(b < a)}, which is true of NaN. */
    private String compare(Value.Compare compare) {
        String left = operand(compare.left(), SHIFT);
        String right = operand(compare.right(), SHIFT);
        return switch (compare.comparison()) {
            case LESS -> left + " < " + right;
            case GREATER -> left + " > " + right;
            case EQUAL -> left + " == " + right;
            case LESS_OR_EQUAL ->
                ofFloats(compare) ? left + " < " + right + " | " + left + " == " + right : left + " <= " + right;
            case GREATER_OR_EQUAL ->
                ofFloats(compare) ? left + " > " + right + " | " + left + " == " + right : left + " >= " + right;
        };
    }

    private static boolean ofFloats(Value.Compare compare) {
        return compare.left().type().kind() == Kind.FLOAT;
    }

    /** Text that binds at least that strongly. */
    private String operand(Value value, int strength) {
        return strength(value) >= strength ? print(value) : "(" + print(value) + ")";
    }

    private static int strength(Value value) {
        return switch (value) {
            case Value.Literal literal -> Double.compare(literal.value(), 0) >= 0 ? ATOM : PREFIX; // -0 has a sign too
            case Value.Unary unary ->
                switch (unary.operator()) {
                    case ABS, SQRT, EXP, LOG -> ATOM;
                    case NEGATE, TO_FLOAT, TO_INT, TO_LONG, FLOAT_TO_BITS, BITS_TO_FLOAT, ROUND -> PREFIX;
                };
            case Value.Binary binary ->
                switch (binary.operator()) {
                    case ADD, SUBTRACT -> SUM;
                    case MULTIPLY, DIVIDE, REMAINDER -> PRODUCT;
                    case SHIFT_LEFT, SHIFT_RIGHT -> SHIFT;
                    case AND -> MASK;
                    case MIN, MAX -> ATOM;
                };
            case Value.Compare compare ->
                switch (compare.comparison()) {
                    case LESS, GREATER, EQUAL -> COMPARISON;
                    case LESS_OR_EQUAL, GREATER_OR_EQUAL -> ofFloats(compare) ? EITHER : COMPARISON;
                };
            case Value.Select select -> CHOICE;
            case Value.Variable variable -> ATOM;
            case Value.Load load -> ATOM;
            case Value.WorkItem item -> ATOM;
            case Value.Pair pair -> EITHER;
            case Value.Matrix matrix -> ATOM;
            case Value.Fma fma -> ATOM;
            case Value.Splat splat -> ATOM;
            case Value.LaneNumbers numbers -> ATOM;
            case Value.Shuffle shuffle -> ATOM;
            case Value.FirstLane first -> ATOM;
            case Value.LoadBytes load -> ATOM;
        };
    }
}
