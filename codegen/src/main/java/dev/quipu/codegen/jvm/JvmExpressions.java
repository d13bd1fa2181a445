package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prints values as Java over the Vector API. Species, masks and shuffles become constants of the class, collected here.
 */
final class JvmExpressions {
    /** No vector of bytes has fewer. */
    private static final int LEAST_BYTES = 8;

    /** Declarations of the class's constants by name. */
    private final Map<String, Constant> constants = new LinkedHashMap<>();

    /** The vectors of the method that is being printed whose class is to be said. */
    private Set<Value.Variable> uncertain = Set.of();

    /** A constant of the generated class. */
    record Constant(String type, String name, String initializer) {}

    /** Begins with a method. */
    void begin(List<Statement> body) {
        uncertain = UncertainVectors.of(body);
    }

    List<Constant> constants() {
        return List.copyOf(constants.values());
    }

    /** The Java type of a value. */
    static String type(KernelType type) {
        if (type.isVector()) {
            return switch (type.kind()) {
                case FLOAT -> "FloatVector";
                case INT -> "IntVector";
                case BOOLEAN -> "VectorMask<Float>";
                case LONG, SEGMENT, BSEGMENT, ISEGMENT, ARRAY, FLOATS, BFLOATS, INTS, WORDS, LEFT, RIGHT, SUMS ->
                    throw new AssertionError("no vector of " + type.kind());
            };
        }
        return switch (type.kind()) {
            case BOOLEAN -> "boolean";
            case INT -> "int";
            case LONG -> "long";
            case FLOAT -> "float";
            case SEGMENT, BSEGMENT, ISEGMENT -> "MemorySegment";
            case ARRAY -> "float[]";
            case FLOATS, BFLOATS, INTS, WORDS, LEFT, RIGHT, SUMS -> throw ofGpu(type);
        };
    }

    String print(Value value) {
        return switch (value) {
            case Value.Literal literal -> literal(literal);
            case Value.Variable variable -> variable.name();
            case Value.Unary unary -> unary(unary);
            case Value.Binary binary -> binary(binary);
            case Value.Fma fma ->
                fma.type().isVector()
                        ? receiver(fma.left()) + ".fma(" + print(fma.right()) + ", " + print(fma.addend()) + ")"
                        : "Math.fma(" + print(fma.left()) + ", " + print(fma.right()) + ", " + print(fma.addend())
                                + ")";
            case Value.Splat splat -> splat(splat);
            case Value.LaneNumbers numbers -> laneNumbers(numbers.lanes());
            case Value.Compare compare -> compare(compare);
            case Value.Select select -> select(select);
            case Value.Load load -> load(load);
            case Value.LoadBytes load -> bytes(load.lanes(), print(load.memory()), print(load.address()), "");
            case Value.Shuffle shuffle -> shuffle(shuffle);
            case Value.FirstLane first -> receiver(first.vector()) + ".lane(0)";
            case Value.WorkItem item -> throw ofGpu(item);
            case Value.Pair pair -> throw ofGpu(pair);
            case Value.Matrix matrix -> throw ofGpu(matrix);
        };
    }

    static AssertionError ofGpu(Object form) {
        return new AssertionError("not for the JVM: " + form);
    }

    private String literal(Value.Literal literal) {
        if (literal.type().isVector()) {
            KernelType single = new KernelType(literal.type().kind(), 1);
            return print(new Value.Splat(
                    new Value.Literal(single, literal.value()), literal.type().lanes()));
        }
        return switch (literal.type().kind()) {
            case INT -> Integer.toString((int) literal.value());
            case LONG -> (long) literal.value() + "L";
            case FLOAT -> floatLiteral((float) literal.value());
            case BOOLEAN -> Boolean.toString(literal.value() != 0);
            case SEGMENT, BSEGMENT, ISEGMENT, ARRAY, FLOATS, BFLOATS, INTS, WORDS, LEFT, RIGHT, SUMS ->
                throw new AssertionError("no literal of " + literal.type());
        };
    }

    static String floatLiteral(float value) {
        if (Float.isNaN(value)) {
            return "Float.NaN";
        }
        if (Float.isInfinite(value)) {
            return value > 0 ? "Float.POSITIVE_INFINITY" : "Float.NEGATIVE_INFINITY";
        }
        return value + "f";
    }

    private String unary(Value.Unary unary) {
        String argument = print(unary.argument());
        String receiver = receiver(unary.argument());
        boolean vector = unary.type().isVector();
        return switch (unary.operator()) {
            case NEGATE -> vector ? receiver + ".neg()" : "-" + receiver;
            case ABS -> vector ? receiver + ".abs()" : "Math.abs(" + argument + ")";
            case SQRT -> vector ? receiver + ".sqrt()" : "(float) Math.sqrt(" + argument + ")";
            case EXP, LOG -> throw ofGpu(unary);
            case TO_FLOAT ->
                vector ? "((FloatVector) " + receiver + ".convert(VectorOperators.I2F, 0))" : "(float) " + receiver;
            case TO_INT ->
                vector ? "((IntVector) " + receiver + ".convert(VectorOperators.F2I, 0))" : "(int) " + receiver;
            case TO_LONG -> "(long) " + receiver;
            case FLOAT_TO_BITS ->
                vector ? receiver + ".reinterpretAsInts()" : "Float.floatToRawIntBits(" + argument + ")";
            case BITS_TO_FLOAT ->
                vector ? receiver + ".reinterpretAsFloats()" : "Float.intBitsToFloat(" + argument + ")";
            case ROUND -> throw new AssertionError("rounded where it is stored: " + unary);
        };
    }

    private String binary(Value.Binary binary) {
        String left = receiver(binary.left());
        String right = print(binary.right());
        if (binary.type().isVector()) {
            return left
                    + switch (binary.operator()) {
                        case ADD -> ".add(" + right + ")";
                        case SUBTRACT -> ".sub(" + right + ")";
                        case MULTIPLY -> ".mul(" + right + ")";
                        case DIVIDE -> ".div(" + right + ")";
                        case MIN -> ".min(" + right + ")";
                        case MAX -> ".max(" + right + ")";
                        case AND -> ".and(" + right + ")";
                        case SHIFT_LEFT -> ".lanewise(VectorOperators.LSHL, " + right + ")";
                        case SHIFT_RIGHT -> ".lanewise(VectorOperators.ASHR, " + right + ")";
                        case REMAINDER -> throw new AssertionError("no remainder of vectors");
                    };
        }
        String operand = receiver(binary.right());
        return switch (binary.operator()) {
            case ADD -> left + " + " + operand;
            case SUBTRACT -> left + " - " + operand;
            case MULTIPLY -> left + " * " + operand;
            case DIVIDE -> left + " / " + operand;
            case REMAINDER -> left + " % " + operand;
            case AND -> left + " & " + operand;
            case SHIFT_LEFT -> left + " << " + operand;
            case SHIFT_RIGHT -> left + " >> " + operand;
            case MIN -> "Math.min(" + print(binary.left()) + ", " + right + ")";
            case MAX -> "Math.max(" + print(binary.left()) + ", " + right + ")";
        };
    }

    private String splat(Value.Splat splat) {
        boolean floats = splat.type().kind() == Kind.FLOAT;
        boolean zero =
                splat.value() instanceof Value.Literal literal && literal.value() == 0 && !isNegativeZero(literal);
        String species = floats ? floatSpecies(splat.lanes()) : intSpecies(splat.lanes());
        String vector = floats ? "FloatVector" : "IntVector";
        return zero
                ? vector + ".zero(" + species + ")"
                : vector + ".broadcast(" + species + ", " + print(splat.value()) + ")";
    }

    private static boolean isNegativeZero(Value.Literal literal) {
        return Double.doubleToRawLongBits(literal.value()) != 0;
    }

    private String laneNumbers(int lanes) {
        String species = floatSpecies(lanes);
        return constant("FloatVector", "LANES_" + lanes, "FloatVector.zero(" + species + ").addIndex(1)");
    }

    private String compare(Value.Compare compare) {
        if (compare.type().isVector()) {
            String operator = switch (compare.comparison()) {
                case LESS -> "LT";
                case LESS_OR_EQUAL -> "LE";
                case GREATER -> "GT";
                case GREATER_OR_EQUAL -> "GE";
                case EQUAL -> "EQ";
            };
            return receiver(compare.left()) + ".compare(VectorOperators." + operator + ", " + print(compare.right())
                    + ")";
        }
        String symbol = switch (compare.comparison()) {
            case LESS -> "<";
            case LESS_OR_EQUAL -> "<=";
            case GREATER -> ">";
            case GREATER_OR_EQUAL -> ">=";
            case EQUAL -> "==";
        };
        return receiver(compare.left()) + " " + symbol + " " + receiver(compare.right());
    }

    private String select(Value.Select select) {
        return select.type().isVector()
                ? receiver(select.otherwise()) + ".blend(" + print(select.then()) + ", " + print(select.condition())
                        + ")"
                : "(" + print(select.condition()) + " ? " + print(select.then()) + " : " + print(select.otherwise())
                        + ")";
    }

    private String load(Value.Load load) {
        if (load.memory().type().kind() == Kind.BSEGMENT) {
            return loadRounded(load);
        }
        if (load.memory().type().kind() == Kind.ISEGMENT) {
            return loadScaled(load);
        }
        String memory = print(load.memory());
        String address = print(load.address());
        boolean array = load.memory().type().kind() == Kind.ARRAY;
        boolean floats = load.type().kind() == Kind.FLOAT;
        if (!load.type().isVector()) {
            String layout = floats ? "ValueLayout.JAVA_FLOAT_UNALIGNED" : "ValueLayout.JAVA_INT_UNALIGNED";
            return array ? memory + "[" + address + "]" : memory + ".get(" + layout + ", " + address + ")";
        }
        int lanes = load.type().lanes();
        String mask = load.active() == lanes ? "" : ", " + mask(lanes, load.active(), floats);
        String vector = floats ? "FloatVector" : "IntVector";
        String species = floats ? floatSpecies(lanes) : intSpecies(lanes);
        return array
                ? vector + ".fromArray(" + species + ", " + memory + ", " + address + mask + ")"
                : vector + ".fromMemorySegment(" + species + ", " + memory + ", " + address
                        + ", ByteOrder.nativeOrder()" + mask + ")";
    }

    /** The upper half of a float, with zeros behind it. */
    private String loadRounded(Value.Load load) {
        String memory = print(load.memory());
        String address = print(halved(load.address()));
        int lanes = load.type().lanes();
        if (lanes == 1) {
            return "BFloat16.value(" + memory + ".get(ValueLayout.JAVA_SHORT_UNALIGNED, " + address + "))";
        }
        String mask = load.active() == lanes ? "" : ", " + shortMask(lanes, load.active());
        return "((IntVector) ShortVector.fromMemorySegment(" + shortSpecies(lanes) + ", " + memory + ", " + address
                + ", ByteOrder.nativeOrder()" + mask + ").convertShape(VectorOperators.S2I, " + intSpecies(lanes)
                + ", 0)).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats()";
    }

    /** Bytes as floats, times the factor of their block: a vector never leaves its own. */
    private String loadScaled(Value.Load load) {
        String memory = print(load.memory());
        String address = print(load.address());
        int lanes = load.type().lanes();
        if (lanes == 1) {
            return "Int8Blocks.value(" + memory + ", " + address + ")";
        }
        String mask = load.active() == lanes ? "" : ", " + byteMask(Math.max(lanes, LEAST_BYTES), load.active());
        return bytes(lanes, memory, "Int8Blocks.byteAt(" + address + ")", mask) + ".mul(" + memory
                + ".get(ValueLayout.JAVA_FLOAT_UNALIGNED, Int8Blocks.factorAt(" + address + ")))";
    }

    private String bytes(int lanes, String memory, String at, String mask) {
        return "((FloatVector) ByteVector.fromMemorySegment(" + byteSpecies(Math.max(lanes, LEAST_BYTES)) + ", "
                + memory + ", " + at + ", ByteOrder.nativeOrder()" + mask + ").convertShape(VectorOperators.B2F, "
                + floatSpecies(lanes) + ", 0))";
    }

    private String byteSpecies(int lanes) {
        return constant("VectorSpecies<Byte>", "BYTES_" + lanes, "ByteVector.SPECIES_" + lanes * Byte.SIZE);
    }

    private String byteMask(int lanes, int active) {
        return constant(
                "VectorMask<Byte>",
                "FIRST_BYTES_" + active + "_OF_" + lanes,
                byteSpecies(lanes) + ".indexInRange(0, " + active + ")");
    }

    /** Half of an even address, term by term: what is the same in all turns of a loop stays so. */
    static Value halved(Value address) {
        return switch (address) {
            case Value.Literal literal -> new Value.Literal(literal.type(), literal.value() / 2);
            case Value.Unary(Value.UnaryOperator operator, Value argument)
            when operator == Value.UnaryOperator.TO_LONG -> new Value.Unary(operator, halved(argument));
            case Value.Binary(Value.BinaryOperator operator, Value left, Value right)
            when operator == Value.BinaryOperator.ADD -> new Value.Binary(operator, halved(left), halved(right));
            case Value.Binary(Value.BinaryOperator operator, Value left, Value.Literal right)
            when operator == Value.BinaryOperator.MULTIPLY && right.value() % 2 == 0 ->
                Emitter.times(left, halved(right));
            default -> new Value.Binary(Value.BinaryOperator.SHIFT_RIGHT, address, Emitter.integer(1));
        };
    }

    String shortSpecies(int lanes) {
        return constant("VectorSpecies<Short>", "SHORTS_" + lanes, "ShortVector.SPECIES_" + lanes * Short.SIZE);
    }

    String shortMask(int lanes, int active) {
        return constant(
                "VectorMask<Short>",
                "FIRST_SHORTS_" + active + "_OF_" + lanes,
                shortSpecies(lanes) + ".indexInRange(0, " + active + ")");
    }

    /** The mask of a vector's first lanes, as a constant. */
    String mask(int lanes, int active, boolean floats) {
        String species = floats ? floatSpecies(lanes) : intSpecies(lanes);
        String element = floats ? "Float" : "Integer";
        return constant(
                "VectorMask<" + element + ">",
                (floats ? "FIRST_" : "FIRST_INTS_") + active + "_OF_" + lanes,
                species + ".indexInRange(0, " + active + ")");
    }

    private String shuffle(Value.Shuffle shuffle) {
        int lanes = shuffle.type().lanes();
        String indices = shuffle.lanes().stream().map(String::valueOf).collect(Collectors.joining(", "));
        if (shuffle.lanes().stream().allMatch(lane -> lane < lanes)) {
            String initializer = "VectorShuffle.fromValues(" + floatSpecies(lanes) + ", " + indices + ")";
            String constant = numbered("VectorShuffle<Float>", "SHUFFLE_", initializer);
            return receiver(shuffle.first()) + ".rearrange(" + constant + ")";
        }
        // selectFrom is one permutation of two registers
        String initializer = "FloatVector.fromArray(" + floatSpecies(lanes) + ", new float[] {" + indices + "}, 0)";
        String constant = numbered("FloatVector", "SELECT_", initializer);
        return constant + ".selectFrom(" + print(shuffle.first()) + ", " + print(shuffle.second()) + ")";
    }

    /** A constant whose name says nothing of its value. */
    private String numbered(String type, String prefix, String initializer) {
        long count = 1;
        for (Constant constant : constants.values()) {
            if (constant.initializer().equals(initializer)) {
                return constant.name();
            }
            count += constant.name().startsWith(prefix) ? 1 : 0;
        }
        return constant(type, prefix + count, initializer);
    }

    String floatSpecies(int lanes) {
        return constant("VectorSpecies<Float>", "FLOATS_" + lanes, "FloatVector.SPECIES_" + lanes * Float.SIZE);
    }

    private String intSpecies(int lanes) {
        return constant("VectorSpecies<Integer>", "INTS_" + lanes, "IntVector.SPECIES_" + lanes * Integer.SIZE);
    }

    private String classOfVectors(KernelType type) {
        String species = type.kind() == Kind.FLOAT ? floatSpecies(type.lanes()) : intSpecies(type.lanes());
        String vector = type(type);
        String name = (type.kind() == Kind.FLOAT ? "VECTOR_" : "INT_VECTOR_") + type.lanes();
        return constant("Class<? extends " + vector + ">", name, vector + ".zero(" + species + ").getClass()");
    }

    String constant(String type, String name, String initializer) {
        constants.putIfAbsent(name, new Constant(type, name, initializer));
        return name;
    }

    /** Text that a method call or an operator may follow. */
    String receiver(Value value) {
        if (UncertainVectors.isUncertain(value) || (value instanceof Value.Variable name && uncertain.contains(name))) {
            return classOfVectors(value.type()) + ".cast(" + print(value) + ")";
        }
        boolean atom = switch (value) {
            case Value.Variable variable -> true;
            case Value.Load load -> true;
            case Value.Select select -> true;
            case Value.LoadBytes load -> true;
            case Value.Shuffle shuffle -> true;
            case Value.Splat splat -> true;
            case Value.LaneNumbers numbers -> true;
            case Value.FirstLane first -> true;
            case Value.WorkItem item -> true;
            case Value.Pair pair -> true;
            case Value.Matrix matrix -> true;
            case Value.Literal literal -> Double.compare(literal.value(), 0) >= 0; // -0 has a sign too
            case Value.Fma fma -> true;
            case Value.Unary unary -> unary.type().isVector();
            case Value.Binary binary -> binary.type().isVector();
            case Value.Compare compare -> compare.type().isVector();
        };
        return atom ? print(value) : "(" + print(value) + ")";
    }
}
