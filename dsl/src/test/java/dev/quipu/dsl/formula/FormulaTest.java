package dev.quipu.dsl.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormulaTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 + 2 * 3                       | 7",
                "(1 + 2) * 3                     | 9",
                "8 / 4 / 2                       | 1",
                "8 / (4 / 2)                     | 4",
                "8 - 4 - 2                       | 2",
                "8 - (4 - 2)                     | 6",
                "8 / 4 * 2                       | 4",
                "-2 * 3                          | -6",
                "2 * -3                          | -6",
                "--2                             | 2",
                "-(2 + 3)                        | -5",
                "- 2 - -3                        | 1",
                "1.5e-3 * 2E3 + .5               | 3.5",
                "min(3, 2) + max(3, 2)           | 5",
                "select(1 < 1, 10, 20)           | 20",
                "select(1 <= 1, 10, 20)          | 10",
                "select(2 > 1 + 2, 10, 20)       | 20",
                "select(2 >= 2, 10, 20)          | 10",
                "select(0 == 0, select(1 > 2, 1, 2), 3) | 2",
                "select(nan == nan, 1, 2)        | 2",
                "-infinity                       | -Infinity",
            })
    void valuesFollowPrecedence(String text, double value) {
        assertEquals(value, Formula.of(text).evaluate());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "((a)) + (b * c)     | a + b * c",
                "(a - b) - c         | a - b - c",
                "a - (b - c)         | a - (b - c)",
                "a / (b * c)         | a / (b * c)",
                "(a * b) / c         | a * b / c",
                "(a + b) * -c        | (a + b) * (-c)",
                "-a * b              | -a * b",
                "-(a * b)            | -(a * b)",
                "2.0 * x + 1e0       | 2 * x + 1",
                "x * -2              | x * (-2)",
                "x - -2              | x - -2",
                "max((a), min(b, 1)) | max(a, min(b, 1))",
            })
    void printsTheFewestParentheses(String text, String printed) {
        assertEquals(printed, Formula.of(text).toString());
        assertEquals(Formula.of(text), Formula.of(printed));
    }

    @Test
    void randomExpressionsComeBackFromTheirText() {
        Random random = new Random(7);
        for (int i = 0; i < 3000; i++) {
            Formula formula = new Formula(RandomExpression.of(random, 1 + i % 6));
            assertEquals(formula, Formula.of(formula.toString()), formula::toString);
        }
    }

    @Test
    void inputsStandInTheOrderOfTheirFirstAppearance() {
        assertEquals(
                List.of("gate", "up", "x"),
                Formula.of("silu(gate) * up + gate / x").names());
        assertEquals(
                List.of("b", "a", "d", "c"), Formula.of("select(b > a, d, c)").names());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "x +          | column 4: expected '-' or '(' or a number or a name, found the end",
                "x y          | column 3: expected the end, found 'y'",
                "(x           | column 3: expected ')', found the end",
                "x $ y        | column 3: token recognition error at: '$'",
                "1 + relu(x)  | column 5: expected one of the functions negate, exp, log, sqrt, rsqrt, abs, sigmoid,"
                        + " silu, tanh, erf, softplus, min, max, select, found relu",
                "2 * max(x)   | column 5: expected 2 arguments of max, found 1",
                "exp(x, y)    | column 1: expected 1 argument of exp, found 2",
                "select(x, 1) | column 9: expected '<' or '<=' or '>' or '>=' or '==', found ','",
                "x * 1e999    | column 5: expected a number below 1.8e308, or infinity, found 1e999",
            })
    void mistakesAreNamedWithTheirColumn(String text, String message) {
        QuipuException mistake = assertThrows(QuipuException.class, () -> Formula.of(text));
        assertEquals("formula \"" + text + "\", " + message, mistake.getMessage());
    }
}
