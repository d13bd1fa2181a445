package dev.quipu.dsl.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.formula.Expression.Apply;
import dev.quipu.dsl.formula.Expression.Name;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Derivatives against central differences of the values. */
class DerivativeTest {
    private static final Set<Primitive> POSITIVE_ONLY = EnumSet.of(Primitive.LOG, Primitive.SQRT, Primitive.RSQRT);

    @ParameterizedTest
    @EnumSource(Primitive.class)
    void primitives(Primitive primitive) {
        Expression derivative = primitive.derivative();
        for (double x : new double[] {-20, -6.5, -3, -2.49, -1, -0.3, -1e-3, 1e-3, 0.3, 1, 2.49, 2.51, 3, 6.5, 20}) {
            if (x > 0 || !POSITIVE_ONLY.contains(primitive)) {
                assertSlope(
                        new Apply(primitive, new Name("x")), Map.of("x", x), "x", derivative.evaluate(Map.of("x", x)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EXP, -88, 6.054601895401186e-39",
        "EXP, 88, 1.6516362549940018e38",
        "LOG, 1e4, 9.210340371976184",
        "RSQRT, 1e4, 0.01",
        "SQRT, 1e4, 100",
        "ABS, -1e4, 1e4",
        "NEGATE, -88, 88",
        "SIGMOID, -88, 6.054601895401186e-39",
        "SIGMOID, 88, 1",
        "SIGMOID, -1e4, 0",
        "SIGMOID, 1e4, 1",
        "SILU, -88, -5.328049667953044e-37",
        "SILU, 88, 88",
        "SILU, -1e4, 0",
        "SILU, 1e4, 1e4",
        "TANH, -88, -1",
        "TANH, 88, 1",
        "TANH, -1e4, -1",
        "TANH, 1e4, 1",
        "ERF, -88, -1",
        "ERF, 88, 1",
        "ERF, -1e4, -1",
        "ERF, 1e4, 1",
        "ERF, 0.5, 0.5204998778130465",
        "ERF, -2, -0.9953222650189527",
        "ERF, 3, 0.9999779095030014",
        "ERF, 1e-9, 1.1283791670955126e-9",
        "SOFTPLUS, -88, 6.054601895401186e-39",
        "SOFTPLUS, 88, 88",
        "SOFTPLUS, -1e4, 0",
        "SOFTPLUS, 1e4, 1e4"
    })
    void extremesHaveTheirLimits(Primitive primitive, double x, double value) {
        assertEquals(value, primitive.evaluate(x), 1e-14 * Math.abs(value));
        assertTrue(Double.isFinite(primitive.derivative().evaluate(Map.of("x", x))));
    }

    @ParameterizedTest
    @CsvSource({
        "SIGMOID, -88, 6.054601895401186e-39",
        "SIGMOID, 1e4, 0",
        "SILU, -88, -5.267503649e-37",
        "SILU, 88, 1",
        "SILU, -1e4, 0",
        "SILU, 1e4, 1",
        "TANH, 88, 0",
        "TANH, -1e4, 0",
        "ERF, 88, 0",
        "ERF, -1e4, 0",
        "SOFTPLUS, -88, 6.054601895401186e-39",
        "SOFTPLUS, -1e4, 0",
        "SOFTPLUS, 1e4, 1",
        "ABS, 0, 0",
        "ABS, -1e4, -1",
        "EXP, -88, 6.054601895401186e-39"
    })
    void extremesHaveTheirSlopes(Primitive primitive, double x, double slope) {
        assertEquals(slope, primitive.derivative().evaluate(Map.of("x", x)), 1e-9 * Math.abs(slope));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x + y * z",
                "x - y - z",
                "x * y * z",
                "x / y",
                "x / (y * z)",
                "-(x / y) / z",
                "min(x, y) * z",
                "max(x, min(y, z))",
                "select(x > y, x * z, y / z)",
                "select(x * y <= z, exp(x), tanh(y) * x)",
                "silu(x * y) * sigmoid(z - x)",
                "0.5 * x * (1 + erf(x / sqrt(2)))",
                "softplus(x * x) / y",
                "log(exp(x) + exp(y)) - z",
                "rsqrt(x * x + y * y + 1) * z",
                "max(x, 0) * max(x, 0)",
                "sqrt(abs(x) + 1) + abs(y) * z",
                "x",
                "3",
                "x * 0 + 1 / 2"
            })
    void operators(String text) {
        Formula formula = Formula.of(text);
        double[][] points = {{0.7, -1.3, 2.1}, {-2.2, 0.4, -0.6}, {3.1, 5.2, 1.7}};
        for (double[] point : points) {
            Map<String, Double> values = new LinkedHashMap<>(Map.of("x", point[0], "y", point[1], "z", point[2]));
            for (String name : values.keySet()) {
                Expression derivative = Derivative.of(formula.expression(), name);
                assertSlope(formula.expression(), values, name, derivative.evaluate(values));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'min(x, y)', x, 0.5", "'min(x, y)', y, 0.5", "'max(x, y)', x, 0.5", "'max(x, y)', y, 0.5"})
    void aTieIsSharedEvenly(String text, String name, double slope) {
        Map<String, Double> tie = Map.of("x", 2.0, "y", 2.0);
        assertEquals(slope, Derivative.of(Formula.of(text).expression(), name).evaluate(tie));
    }

    @ParameterizedTest
    @CsvSource({
        "x * y, x, y",
        "x + y, x, 1",
        "x - y, y, -1",
        "a * b, x, 0",
        "silu(x), x, sigmoid(x) * (1 + x * sigmoid(-x))",
        "x * x, x, x + x",
        "-x, x, -1",
        "x / y, x, 1 / y"
    })
    void derivativesAreWrittenShort(String text, String name, String derivative) {
        assertEquals(
                derivative, Derivative.of(Formula.of(text).expression(), name).text());
    }

    private static void assertSlope(Expression expression, Map<String, Double> values, String name, double slope) {
        double x = values.get(name);
        double step = 1e-5 * Math.max(1e-2, Math.abs(x));
        Map<String, Double> above = new LinkedHashMap<>(values);
        above.put(name, x + step);
        Map<String, Double> below = new LinkedHashMap<>(values);
        below.put(name, x - step);
        double difference =
                (expression.evaluate(above) - expression.evaluate(below)) / (above.get(name) - below.get(name));
        double tolerance = 1e-6 * (1 + Math.abs(slope));
        assertEquals(difference, slope, tolerance, () -> expression.text() + " at " + values);
    }
}
