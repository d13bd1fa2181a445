package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.dsl.BFloat16;
import java.util.Map;

/** Values of the kernel language as one work-item sees them: Float, Integer or Boolean. */
final class GpuValues {
    private final Map<String, GpuInterpreter.Window> buffers;
    private final GpuInterpreter.Item item;

    GpuValues(Map<String, GpuInterpreter.Window> buffers, GpuInterpreter.Item item) {
        this.buffers = buffers;
        this.item = item;
    }

    int integer(Value value) {
        return (int) evaluate(value);
    }

    boolean holds(Value value) {
        return (boolean) evaluate(value);
    }

    Object evaluate(Value value) {
        return switch (value) {
            case Value.Literal literal -> literal(literal);
            case Value.Variable variable -> variable(variable);
            case Value.Unary unary -> unary(unary.operator(), evaluate(unary.argument()));
            case Value.Binary binary -> {
                Object left = evaluate(binary.left());
                Object right = evaluate(binary.right());
                yield left instanceof Float number
                        ? (Object) floats(binary.operator(), number, (float) right)
                        : (Object) integers(binary.operator(), (int) left, (int) right);
            }
            case Value.Compare compare ->
                holds(
                        compare.comparison(),
                        ((Number) evaluate(compare.left())).doubleValue(),
                        ((Number) evaluate(compare.right())).doubleValue());
            case Value.Select select -> {
                Object then = evaluate(select.then());
                Object otherwise = evaluate(select.otherwise());
                yield holds(select.condition()) ? then : otherwise;
            }
            case Value.Load load -> {
                int place = integer(load.address());
                WatchedArray array = array(load.memory(), place);
                if (array.isInteger() != load.type().equals(KernelType.INT)) {
                    throw new AssertionError("another type: " + load);
                }
                yield array.isInteger() ? (Object) array.readInteger(item, place) : (Object) array.read(item, place);
            }
            case Value.WorkItem number -> item.number(number.numbering());
            case Value.Fma fma -> throw notHere(fma);
            case Value.Splat splat -> throw notHere(splat);
            case Value.LaneNumbers numbers -> throw notHere(numbers);
            case Value.Shuffle shuffle -> throw notHere(shuffle);
            case Value.FirstLane lane -> throw notHere(lane);
            case Value.LoadBytes load -> throw notHere(load);
            case Value.Pair pair -> throw notHere(pair);
            case Value.Matrix matrix -> throw notHere(matrix);
        };
    }

    void store(Statement.Store store) {
        int place = integer(store.address());
        WatchedArray array = array(store.memory(), place);
        if (array.isInteger()) {
            array.write(item, place, (int) evaluate(store.value()));
        } else {
            float value = (float) evaluate(store.value());
            boolean rounds = store.memory().type().equals(KernelType.BFLOATS);
            array.write(item, place, rounds ? BFloat16.round(value) : value);
        }
    }

    private WatchedArray array(Value memory, int place) {
        String name = ((Value.Variable) memory).name();
        GpuInterpreter.Window window = buffers.get(name);
        if (window != null) {
            window.check(item, place);
            return window.array();
        }
        WatchedArray array = item.array(name);
        if (array == null) {
            throw new AssertionError("no array " + name);
        }
        return array;
    }

    private static AssertionError notHere(Value value) {
        return new AssertionError("not for GPUs: " + value);
    }

    private static Object literal(Value.Literal literal) {
        if (literal.type().equals(KernelType.FLOAT)) {
            if (Double.isNaN(literal.value())) {
                throw new AssertionError("a NaN constant");
            }
            return (float) literal.value();
        }
        if (!literal.type().equals(KernelType.INT) || literal.value() != (int) literal.value()) {
            throw notHere(literal);
        }
        return (int) literal.value();
    }

    private Object variable(Value.Variable variable) {
        Object value = item.variables().get(variable.name());
        if (value == null) {
            throw new AssertionError("not declared here: " + variable);
        }
        return value;
    }

    private static Object unary(Value.UnaryOperator operator, Object argument) {
        return switch (operator) {
            case NEGATE ->
                argument instanceof Float number ? (Object) (-number) : (Object) Math.negateExact((int) argument);
            case ABS -> Math.abs((float) argument);
            case SQRT -> (float) Math.sqrt((float) argument);
            case EXP -> (float) Math.exp((float) argument);
            case LOG -> (float) Math.log((float) argument);
            case TO_FLOAT -> (float) (int) argument;
            case TO_INT -> (int) (float) argument;
            case TO_LONG, FLOAT_TO_BITS, BITS_TO_FLOAT, ROUND -> throw new AssertionError("not for GPUs: " + operator);
        };
    }

    private static float floats(Value.BinaryOperator operator, float left, float right) {
        return switch (operator) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> left / right;
            case MIN -> Math.min(left, right);
            case MAX -> Math.max(left, right);
            case REMAINDER, SHIFT_LEFT, SHIFT_RIGHT, AND -> throw new AssertionError(operator + " of floats");
        };
    }

    private static int integers(Value.BinaryOperator operator, int left, int right) {
        return switch (operator) {
            case ADD -> Math.addExact(left, right);
            case SUBTRACT -> Math.subtractExact(left, right);
            case MULTIPLY -> Math.multiplyExact(left, right);
            case DIVIDE -> notNegative(left) / right;
            case REMAINDER -> notNegative(left) % right;
            case MIN -> Math.min(left, right);
            case MAX -> Math.max(left, right);
            case SHIFT_LEFT -> left << right;
            case SHIFT_RIGHT -> notNegative(left) >> right;
            case AND -> left & right;
        };
    }

    private static int notNegative(int value) {
        if (value < 0) {
            throw new AssertionError("division of " + value + ", which GPUs get wrong");
        }
        return value;
    }

    private static boolean holds(Value.Comparison comparison, double left, double right) {
        return switch (comparison) {
            case LESS -> left < right;
            case LESS_OR_EQUAL -> left <= right;
            case GREATER -> left > right;
            case GREATER_OR_EQUAL -> left >= right;
            case EQUAL -> left == right;
        };
    }
}
