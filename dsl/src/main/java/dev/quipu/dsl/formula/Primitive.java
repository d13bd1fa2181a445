package dev.quipu.dsl.formula;

import java.util.function.DoubleUnaryOperator;

/**
 * Functions of one number that formulas may use. Each is evaluated in a form that neither overflows nor cancels, and carries
 * its derivative as a formula over {@code x}, written by hand for the same reason. A new activation is one line here, or a
 * formula of the user's over these.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions keep no state
public enum Primitive {
    NEGATE(x -> -x, "-1"),
    EXP(Math::exp, "exp(x)"),
    LOG(Math::log, "1 / x"),
    SQRT(Math::sqrt, "0.5 * rsqrt(x)"),
    RSQRT(x -> 1 / Math.sqrt(x), "-0.5 * rsqrt(x) / x"),
    ABS(Math::abs, "select(x > 0, 1, select(x < 0, -1, 0))"),
    SIGMOID(Primitive::sigmoid, "sigmoid(x) * sigmoid(-x)"),
    SILU(x -> x * sigmoid(x), "sigmoid(x) * (1 + x * sigmoid(-x))"),
    TANH(Math::tanh, "1 - tanh(x) * tanh(x)"),
    ERF(Primitive::erf, "1.1283791670955126 * exp(-(x * x))"),
    SOFTPLUS(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), "sigmoid(x)");

    private final DoubleUnaryOperator function;
    private final String derivative;

    Primitive(DoubleUnaryOperator function, String derivative) {
        this.function = function;
        this.derivative = derivative;
    }

    /** The value in double precision. */
    public double evaluate(double x) {
        return function.applyAsDouble(x);
    }

    /** The derivative at {@code x}, an expression over the name {@code x}. */
    public Expression derivative() {
        return Formula.of(derivative).expression();
    }

    private static double sigmoid(double x) {
        // exp of a non-positive number only, so that it never overflows
        double e = Math.exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /** Error function: its Taylor series near zero, and a continued fraction of the complement further out. */
    private static double erf(double x) {
        double a = Math.abs(x);
        if (a > 6) {
            return Math.signum(x);
        }
        if (a < 2.5) {
            double term = a;
            double sum = a;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(2 / Math.sqrt(Math.PI) * sum, x);
        }
        double fraction = a;
        for (int n = 60; n >= 1; n--) {
            fraction = a + n / 2.0 / fraction;
        }
        return Math.copySign(1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction), x);
    }
}
