package dev.quipu.codegen.kernel;

import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.dsl.formula.Primitive;

/**
 * Formula primitives as straight-line code of fused multiply-adds, the same for single values and for vectors, so that both
 * give the same bits. Polynomials are the minimax ones of the Cephes library (Moshier 1989); errors are within 2 ulp where
 * the op table does not state otherwise.
 */
public final class Functions {
    /** 1.5 * 2^23. */
    private static final float MAGIC = 12582912;

    private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);

    private static final double[] EXP = {
        1.9875691500E-4, 1.3981999507E-3, 8.3334519073E-3, 4.1665795894E-2, 1.6666665459E-1, 0.5, 1, 1
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
    private static final double[] TANH = {
        -5.70498872745E-3, 2.06390887954E-2, -5.37397155531E-2, 1.33314422036E-1, -3.33332819422E-1
    };
    private static final double[] ERF = {
        7.853861353153693E-5,
        -8.010193625184903E-4,
        5.188327685732524E-3,
        -2.685381193529856E-2,
        1.128358514861418E-1,
        -3.761262582423300E-1,
        1.128379165726710E+0
    };
    private static final double[] ERFC_NEAR = {
        2.326819970068386E-2, -1.387039388740657E-1, 3.687424674597105E-1, -5.824733027278666E-1,
        6.210004621745983E-1, -4.944515323274145E-1, 3.404879937665872E-1, -2.741127028184656E-1,
        5.638259427386472E-1
    };
    private static final double[] ERFC_FAR = {
        -1.047766399936249E+1, 1.297719955372516E+1, -7.495518717768503E+0, 2.921019019210786E+0,
        -1.015265279202700E+0, 4.218463358204948E-1, -2.820767439740514E-1, 5.641895067754075E-1
    };

    private final Emitter emitter;
    private final int lanes;

    /** Functions of values with that many lanes; their statements go to the emitter. */
    public Functions(Emitter emitter, int lanes) {
        this.emitter = emitter;
        this.lanes = lanes;
    }

    /** The primitive's value; {@code x} is a variable or a literal. */
    public Value apply(Primitive primitive, Value x) {
        return switch (primitive) {
            case NEGATE -> new Value.Unary(UnaryOperator.NEGATE, x);
            case ABS -> new Value.Unary(UnaryOperator.ABS, x);
            case SQRT -> new Value.Unary(UnaryOperator.SQRT, x);
            case RSQRT -> divide(number(1), new Value.Unary(UnaryOperator.SQRT, x));
            case EXP -> exp(x);
            case LOG -> log(x);
            case SIGMOID -> sigmoid(x);
            case SILU -> times(x, sigmoid(x));
            case TANH -> tanh(x);
            case ERF -> erf(x);
            case SOFTPLUS -> softplus(x);
        };
    }

    /**
     * 2^n * polynomial(r) with x = n ln 2 + r; infinite above 88.72283. Two factors make up 2^n, so that results below the
     * normal range are rounded and not cut off: what multiplies them may be large, as in the gradient of silu.
     */
    public Value exp(Value x) {
        Reduced reduced = reduce(x);
        Value n = emitter.let("power", minus(bits(reduced.shifted()), integer(MAGIC_BITS)));
        Value half = emitter.let("half_power", shift(BinaryOperator.SHIFT_RIGHT, n, 1));
        Value first = times(reduced.polynomial(), powerOfTwo(half));
        Value scaled = let("scaled", times(first, powerOfTwo(minus(n, half))));
        Value low = select(Comparison.LESS, x, number(-104), number(0), scaled);
        Value high = select(Comparison.GREATER, x, number(88.72283), number(Double.POSITIVE_INFINITY), low);
        return let("exp", select(Comparison.EQUAL, x, x, high, x));
    }

    /** {@link #exp} of what is surely below 88, with the same bits down to -87.3 and 0 below: weights of a softmax. */
    public Value expOfSmall(Value x) {
        Reduced reduced = reduce(x);
        Value exponent = shift(BinaryOperator.SHIFT_LEFT, bits(reduced.shifted()), 23);
        Value scaled = let("scaled", fromBits(plus(bits(reduced.polynomial()), exponent)));
        return let("exp", select(Comparison.LESS, x, number(-87.3), number(0), scaled));
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
    public Value log(Value x) {
        Value smallest = number(Float.MIN_NORMAL);
        Value normal = let("normal", select(Comparison.LESS, x, smallest, times(x, number(8388608)), x));
        Value bits = emitter.let("bits", bits(normal));
        Value e = emitter.let("e", shift(BinaryOperator.SHIFT_RIGHT, minus(bits, integer(0x3f3504f3)), 23));
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

    /** 1 / (1 + exp(-x)) with the exponential of a non-positive number only. */
    private Value sigmoid(Value x) {
        Value e = exp(negativeAbs(x));
        Value s = let("s", divide(number(1), plus(e, number(1))));
        return let("sigmoid", select(Comparison.GREATER_OR_EQUAL, x, number(0), s, times(e, s)));
    }

    private Value tanh(Value x) {
        Value a = let("a", new Value.Unary(UnaryOperator.ABS, x));
        Value z = let("z", times(x, x));
        Value small = let("small", fma(times(polynomial(z, TANH), z), x, x));
        Value e = exp(let("twice", plus(a, a)));
        Value large = let("large", minus(number(1), divide(number(2), plus(e, number(1)))));
        Value sign = select(Comparison.LESS, x, number(0), new Value.Unary(UnaryOperator.NEGATE, large), large);
        return let("tanh", select(Comparison.LESS, a, number(0.625), small, sign));
    }

    private Value erf(Value x) {
        Value a = let("a", new Value.Unary(UnaryOperator.ABS, x));
        Value z = let("z", times(x, x));
        Value small = let("small", times(polynomial(z, ERF), x));
        // the complement is used from 1 on; dividing by less than 1 would only overflow in lanes not taken
        Value q = let("q", divide(number(1), select(Comparison.LESS, a, number(1), number(1), a)));
        Value y = let("y", times(q, q));
        Value near = polynomial(y, ERFC_NEAR);
        Value p = let("p", select(Comparison.LESS, a, number(2), near, polynomial(y, ERFC_FAR)));
        Value e = exp(let("square", new Value.Unary(UnaryOperator.NEGATE, z)));
        Value large = let("large", minus(number(1), times(times(e, q), p)));
        Value sign = select(Comparison.LESS, x, number(0), new Value.Unary(UnaryOperator.NEGATE, large), large);
        Value far = let("erf", select(Comparison.LESS, a, number(1), small, sign));
        return let("erf", select(Comparison.EQUAL, x, x, far, x));
    }

    /** max(x, 0) + ln(1 + e), e = exp(-|x|); u = 1 + e loses digits of e, which the quotient gives back. */
    private Value softplus(Value x) {
        Value e = exp(negativeAbs(x));
        Value u = let("u", plus(e, number(1)));
        Value lost = let("lost", divide(minus(minus(u, number(1)), e), u));
        Value positive = select(Comparison.GREATER, x, number(0), x, number(0));
        Value softplus = let("softplus", plus(let("positive", positive), minus(log(u), lost)));
        return let("softplus", select(Comparison.EQUAL, x, x, softplus, x));
    }

    private Value negativeAbs(Value x) {
        return let("negative", new Value.Unary(UnaryOperator.NEGATE, new Value.Unary(UnaryOperator.ABS, x)));
    }

    /** Horner's rule, highest power first. */
    private Value polynomial(Value x, double[] coefficients) {
        Value p = number(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            p = let("p", fma(p, x, number(coefficients[i])));
        }
        return p;
    }

    private Value number(double value) {
        return Emitter.number((float) value, lanes);
    }

    private Value integer(int value) {
        return new Value.Literal(KernelType.ints(lanes), value);
    }

    private Value let(String name, Value value) {
        return emitter.let(name, value);
    }

    private static Value fma(Value a, Value b, Value c) {
        return new Value.Fma(a, b, c);
    }

    private static Value divide(Value a, Value b) {
        return new Value.Binary(BinaryOperator.DIVIDE, a, b);
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

    private static Value select(Comparison comparison, Value left, Value right, Value then, Value otherwise) {
        return new Value.Select(new Value.Compare(comparison, left, right), then, otherwise);
    }
}
