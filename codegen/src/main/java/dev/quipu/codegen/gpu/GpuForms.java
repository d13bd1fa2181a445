package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.Numbering;
import dev.quipu.codegen.kernel.Value.UnaryOperator;

/** Short forms for the values of kernels in which work-items share tiles, beside those of {@link Emitter}. */
final class GpuForms {
    static final Value GROUP = new Value.WorkItem(Numbering.GROUP);
    static final Value ITEM = new Value.WorkItem(Numbering.ITEM);
    static final Value ZERO = number(0);

    private GpuForms() {}

    static Value number(double value) {
        return Emitter.number(value, 1);
    }

    static Value min(Value left, Value right) {
        return new Value.Binary(BinaryOperator.MIN, left, right);
    }

    static Value max(Value left, Value right) {
        return new Value.Binary(BinaryOperator.MAX, left, right);
    }

    static Value quotient(Value left, Value right) {
        return new Value.Binary(BinaryOperator.DIVIDE, left, right);
    }

    /** Of an INT that is not negative. */
    static Value divide(Value left, int right) {
        return right == 1 ? left : quotient(left, Emitter.integer(right));
    }

    /** Of an INT that is not negative. */
    static Value remainder(Value left, int right) {
        return right == 1
                ? Emitter.integer(0)
                : new Value.Binary(BinaryOperator.REMAINDER, left, Emitter.integer(right));
    }

    static Value exp(Value value) {
        return new Value.Unary(UnaryOperator.EXP, value);
    }

    static Value log(Value value) {
        return new Value.Unary(UnaryOperator.LOG, value);
    }

    static Value compare(Value left, Comparison comparison, Value right) {
        return new Value.Compare(comparison, left, right);
    }

    static Value less(Value left, Value right) {
        return compare(left, Comparison.LESS, right);
    }

    /** An element of an ARRAY. */
    static Value element(Value.Variable array, Value address) {
        return new Value.Load(KernelType.FLOAT, array, address);
    }

    static void store(Emitter body, Value.Variable array, Value address, Value value) {
        body.add(new Statement.Store(array, address, value));
    }

    static void assign(Emitter body, Value.Variable variable, Value value) {
        body.add(new Statement.Assign(variable, value));
    }

    static void barrier(Emitter body) {
        body.add(new Statement.Barrier());
    }

    static void comment(Emitter body, String text) {
        body.add(new Statement.Comment(text));
    }

    /** An array that the work-items of a group share. */
    static Value.Variable shared(Emitter body, String wanted, int elements) {
        Value.Variable array = new Value.Variable(body.fresh(wanted), KernelType.ARRAY);
        body.add(new Statement.Allocate(array, Statement.Sharing.GROUP, elements));
        return array;
    }

    /** The smallest power of two that is not less. */
    static int power(int value) {
        return value <= 1 ? 1 : Integer.highestOneBit(value - 1) << 1;
    }
}
