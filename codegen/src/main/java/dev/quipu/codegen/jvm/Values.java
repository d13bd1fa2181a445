package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.List;

/** Short forms for the values of attention kernels, beside those of {@link Emitter}. */
final class Values {
    private Values() {}

    static Value.Variable variable(String name, KernelType type) {
        return new Value.Variable(name, type);
    }

    static Value.Literal longInteger(long value) {
        return new Value.Literal(KernelType.LONG, value);
    }

    /** How many bytes floats are. */
    static Value.Literal bytes(long floats) {
        return longInteger(floats * Float.BYTES);
    }

    /** A vector of floats from memory. */
    static Value load(int lanes, Value memory, Value address) {
        return new Value.Load(KernelType.floats(lanes), memory, address);
    }

    static Value min(Value left, Value right) {
        return new Value.Binary(BinaryOperator.MIN, left, right);
    }

    static Value max(Value left, Value right) {
        return new Value.Binary(BinaryOperator.MAX, left, right);
    }

    /** Towards zero, so of what is not negative. */
    static Value divide(Value left, int right) {
        if (right == 1) {
            return left;
        }
        return left instanceof Value.Literal literal
                ? Emitter.integer((long) literal.value() / right)
                : new Value.Binary(BinaryOperator.DIVIDE, left, Emitter.integer(right));
    }

    static Value remainder(Value left, int right) {
        return right == 1
                ? Emitter.integer(0)
                : new Value.Binary(BinaryOperator.REMAINDER, left, Emitter.integer(right));
    }

    /** The largest multiple that is not greater; of what is not negative. */
    static Value multiple(Value left, int of) {
        return Emitter.times(divide(left, of), of);
    }

    static Value less(Value left, Value right) {
        return new Value.Compare(Comparison.LESS, left, right);
    }

    static Value atLeast(Value left, Value right) {
        return new Value.Compare(Comparison.GREATER_OR_EQUAL, left, right);
    }

    static Value same(Value left, Value right) {
        return new Value.Compare(Comparison.EQUAL, left, right);
    }

    static void call(Emitter emitter, String method, Value... arguments) {
        emitter.add(new Statement.Call(method, List.of(arguments)));
    }

    static void store(Emitter emitter, Value memory, Value address, Value value) {
        emitter.add(new Statement.Store(memory, address, value));
    }
}
