package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Functions;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.UnaryOperator;

/**
 * Functions of fused multiply-adds, the same for single values and for vectors, so that both give the same bits. Errors are
 * within 2 ulp where the op table does not state otherwise.
 */
final class JvmFunctions extends Functions {
    /** 1.5 * 2^23. */
    private static final float MAGIC = 12582912;

    private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);

    private static final double[] EXP = {
        1.9875691500E-4, 1.3981999507E-3, 8.3334519073E-3, 4.1665795894E-2, 1.6666665459E-1, 0.5, 1, 1
    };
    /** 2^r for r from -1/2 to 1/2: within 1e-7 of it, and 1 at 0. */
    private static final double[] POWER_OF_TWO = {
        1.3264727246973848E-3, 9.671512688146153E-3, 5.5507337435745104E-2, 2.402224208463514E-1, 6.93146977598716E-1, 1
    };

    private static final double[] LOG = {
        7.0376836292E-2,
        -1.1514610310E-1,
        1.1676998740E-1,
        -1.2420140846E-1,
        1.4249322787E-1,
        -1.6668057665E-1,
        2.0000714765E-1,
        -2.4999993993E-1,
        3.3333331174E-1
    };

    JvmFunctions(Emitter emitter, int lanes) {
        super(emitter, lanes);
    }

    @Override
    protected Value multiplyAdd(Value a, Value b, Value c) {
        return fma(a, b, c);
    }

    /**
     * 2^n * polynomial(r) with x = n ln 2 + r; infinite above 88.72283. Two factors make up 2^n, so that results below the
     * normal range are rounded and not cut off: what multiplies them may be large, as in the gradient of silu.
     */
    @Override
    public Value exp(Value x) {
        Value infinite = number(Double.POSITIVE_INFINITY);
        return let("exp", select(Comparison.GREATER, x, number(88.72283), infinite, expOfNonPositive(x)));
    }

    /** {@link #exp} up to 88.72283. NaN stays NaN in every step. */
    @Override
    protected Value expOfNonPositive(Value x) {
        Reduced reduced = reduce(x);
        Value n = let("power", minus(bits(reduced.shifted()), integer(MAGIC_BITS)));
        Value half = let("half_power", shift(BinaryOperator.SHIFT_RIGHT, n, 1));
        Value first = times(reduced.polynomial(), powerOfTwo(half));
        Value scaled = let("scaled", times(first, powerOfTwo(minus(n, half))));
        return let("exp", select(Comparison.LESS, x, number(-104), number(0), scaled));
    }

    /** {@link #exp} of what is surely below 88, with the same bits down to -87.3 and 0 below: weights of a softmax. */
    Value expOfSmall(Value x) {
        Reduced reduced = reduce(x);
        Value exponent = shift(BinaryOperator.SHIFT_LEFT, bits(reduced.shifted()), 23);
        Value scaled = let("scaled", fromBits(plus(bits(reduced.polynomial()), exponent)));
        return let("exp", select(Comparison.LESS, x, number(-87.3), number(0), scaled));
    }

    /**
     * exp of what is surely below 88, 0 below -87.3: weights of a softmax, cheaper than those of {@link #expOfSmall}. A power of
     * two, whose relative error grows by 2e-8 for each unit of x.
     */
    Value weightOf(Value x) {
        Value magic = number(MAGIC);
        Value perUnit = number(1.4426950408889634);
        Value shifted = let("shifted", fma(x, perUnit, magic));
        Value r = let("r", fma(x, perUnit, let("n", minus(magic, shifted))));
        Value exponent = shift(BinaryOperator.SHIFT_LEFT, bits(shifted), 23);
        Value scaled = let("scaled", fromBits(plus(bits(polynomial(r, POWER_OF_TWO)), exponent)));
        return let("weight", select(Comparison.LESS, x, number(-87.3), number(0), scaled));
    }

    /** exp(r) near 1, and n in the low bits of {@code 1.5 * 2^23 + n}. */
    private record Reduced(Value polynomial, Value shifted) {}

    private Reduced reduce(Value x) {
        Value magic = number(MAGIC); // adding it rounds to an integer in the low bits
        Value shifted = let("shifted", fma(x, number(1.4426950408889634), magic));
        Value n = let("n", minus(shifted, magic));
        Value coarse = let("r", fma(n, number(-0.693359375), x));
        Value r = let("r", fma(n, number(2.12194440e-4), coarse));
        return new Reduced(polynomial(r, EXP), shifted);
    }

    /** 2^n for an integer n from -126 to 127. */
    private Value powerOfTwo(Value n) {
        return fromBits(shift(BinaryOperator.SHIFT_LEFT, plus(n, integer(127)), 23));
    }

    /** ln(x) = e ln 2 + ln(m) with m near 1; -infinite at 0, NaN below. */
    @Override
    public Value log(Value x) {
        Value smallest = number(Float.MIN_NORMAL);
        Value normal = let("normal", select(Comparison.LESS, x, smallest, times(x, number(8388608)), x));
        Value bits = let("bits", bits(normal));
        Value e = let("e", shift(BinaryOperator.SHIFT_RIGHT, minus(bits, integer(0x3f3504f3)), 23));
        Value m = fromBits(minus(bits, shift(BinaryOperator.SHIFT_LEFT, e, 23)));
        Value power = new Value.Unary(UnaryOperator.TO_FLOAT, e);
        Value exponent = let("exponent", select(Comparison.LESS, x, smallest, minus(power, number(23)), power));
        Value f = let("f", minus(m, number(1)));
        Value z = let("z", times(f, f));
        Value p = let("p", times(times(polynomial(f, LOG), f), z));
        Value low = let("p", fma(exponent, number(-2.12194440e-4), p));
        Value half = let("p", fma(z, number(-0.5), low));
        Value log = let("log", fma(exponent, number(0.693359375), plus(f, half)));
        Value infinite = number(Double.POSITIVE_INFINITY);
        Value finite = let("log", select(Comparison.LESS, x, infinite, log, x));
        Value zero = let("log", select(Comparison.EQUAL, x, number(0), number(Double.NEGATIVE_INFINITY), finite));
        return let("log", select(Comparison.LESS, x, number(0), number(Double.NaN), zero));
    }

    private Value integer(int value) {
        return new Value.Literal(KernelType.ints(lanes), value);
    }

    private static Value fma(Value a, Value b, Value c) {
        return new Value.Fma(a, b, c);
    }

    private static Value bits(Value value) {
        return new Value.Unary(UnaryOperator.FLOAT_TO_BITS, value);
    }

    private static Value fromBits(Value value) {
        return new Value.Unary(UnaryOperator.BITS_TO_FLOAT, value);
    }

    private static Value shift(BinaryOperator operator, Value value, int by) {
        return new Value.Binary(operator, value, Emitter.integer(by));
    }
}
