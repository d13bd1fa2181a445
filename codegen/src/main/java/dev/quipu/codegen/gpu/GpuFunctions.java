package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Functions;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.UnaryOperator;

/** Functions of single values, with a GPU's own exponential and logarithm. */
final class GpuFunctions extends Functions {
    GpuFunctions(Emitter emitter) {
        super(emitter, 1);
    }

    @Override
    public Value exp(Value x) {
        return let("exp", new Value.Unary(UnaryOperator.EXP, x));
    }

    @Override
    protected Value expOfNonPositive(Value x) {
        return exp(x);
    }

    @Override
    public Value log(Value x) {
        return let("log", new Value.Unary(UnaryOperator.LOG, x));
    }

    @Override
    protected Value multiplyAdd(Value a, Value b, Value c) {
        return plus(times(a, b), c);
    }

    /** NaN is no constant that every GPU's compiler knows: it is the root of a number below zero that only the device knows. */
    @Override
    public Value number(double value) {
        if (!Double.isNaN(value)) {
            return super.number(value);
        }
        Value item = new Value.Unary(UnaryOperator.TO_FLOAT, new Value.WorkItem(Value.Numbering.ITEM));
        return new Value.Unary(UnaryOperator.SQRT, minus(super.number(-1), item));
    }
}
