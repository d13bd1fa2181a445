package dev.quipu.codegen.kernel;

import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.dsl.formula.Primitive;
import java.util.HashMap;
import java.util.Map;

/**
 * Formula primitives as straight-line code, for single values and for vectors, in forms that neither overflow nor cancel.
 * Polynomials are the minimax ones of the Cephes library (Moshier 1989). What targets have of their own, exponential,
 * logarithm and the rounding of {@code a * b + c}, is theirs.
 */
public abstract class Functions {
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

    protected final Emitter emitter;
    protected final int lanes;

    /** What has been computed, so that formulas with a part in common compute it once. */
    private final Map<Value, Value.Variable> known = new HashMap<>();

    /** What variables are. */
    private final Map<Value, Value> definitions = new HashMap<>();

    /**
     * Functions of values with that many lanes; their statements go to the emitter. None of the values they are given may
     * change while they are in use.
     */
    protected Functions(Emitter emitter, int lanes) {
        this.emitter = emitter;
        this.lanes = lanes;
    }

    /** e to the power of x; infinite, or 0, beyond the range of numbers. */
    public abstract Value exp(Value x);

    /** {@link #exp} of what is not positive, or NaN. */
    protected abstract Value expOfNonPositive(Value x);

    /** The natural logarithm; -infinite at 0, NaN below. */
    public abstract Value log(Value x);

    /** {@code a * b + c}, rounded once or twice. */
    protected abstract Value multiplyAdd(Value a, Value b, Value c);

    /** A constant, in every lane. */
    public Value number(double value) {
        return Emitter.number((float) value, lanes);
    }

    /** The primitive's value; {@code x} is a variable or a literal. */
    public final Value apply(Primitive primitive, Value x) {
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

    /** 1 / (1 + exp(-x)) with the exponential of a non-positive number only. */
    private Value sigmoid(Value x) {
        Value e = expOfNonPositive(negativeAbs(x));
        Value s = let("s", divide(number(1), plus(e, number(1))));
        return let("sigmoid", select(Comparison.GREATER_OR_EQUAL, x, number(0), s, times(e, s)));
    }

    private Value tanh(Value x) {
        Value a = let("a", new Value.Unary(UnaryOperator.ABS, x));
        Value z = let("z", times(x, x));
        Value small = let("small", multiplyAdd(times(polynomial(z, TANH), z), x, x));
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
        Value e = expOfNonPositive(let("square", new Value.Unary(UnaryOperator.NEGATE, z)));
        Value large = let("large", minus(number(1), times(times(e, q), p)));
        Value sign = select(Comparison.LESS, x, number(0), new Value.Unary(UnaryOperator.NEGATE, large), large);
        Value far = let("erf", select(Comparison.LESS, a, number(1), small, sign));
        return let("erf", select(Comparison.EQUAL, x, x, far, x));
    }

    /** max(x, 0) + ln(1 + e), e = exp(-|x|); u = 1 + e loses digits of e, which the quotient gives back. */
    private Value softplus(Value x) {
        Value e = expOfNonPositive(negativeAbs(x));
        Value u = let("u", plus(e, number(1)));
        Value lost = let("lost", divide(minus(minus(u, number(1)), e), u));
        Value positive = select(Comparison.GREATER, x, number(0), x, number(0));
        Value softplus = let("softplus", plus(let("positive", positive), minus(log(u), lost)));
        return let("softplus", select(Comparison.EQUAL, x, x, softplus, x));
    }

    /** The same for x and for -x: a sigmoid and its derivative share their exponential. */
    private Value negativeAbs(Value x) {
        Value size = definitions.get(x) instanceof Value.Unary unary && unary.operator() == UnaryOperator.NEGATE
                ? unary.argument()
                : x;
        return let("negative", new Value.Unary(UnaryOperator.NEGATE, new Value.Unary(UnaryOperator.ABS, size)));
    }

    /** Horner's rule, highest power first. */
    protected final Value polynomial(Value x, double[] coefficients) {
        Value p = number(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            p = let("p", multiplyAdd(p, x, number(coefficients[i])));
        }
        return p;
    }

    /** A variable with a value: the one that has it already, if there is one. */
    protected final Value let(String name, Value value) {
        Value.Variable variable = known.computeIfAbsent(value, key -> emitter.let(name, key));
        definitions.put(variable, value);
        return variable;
    }

    private static Value divide(Value a, Value b) {
        return new Value.Binary(BinaryOperator.DIVIDE, a, b);
    }

    protected static Value select(Comparison comparison, Value left, Value right, Value then, Value otherwise) {
        return new Value.Select(new Value.Compare(comparison, left, right), then, otherwise);
    }
}
