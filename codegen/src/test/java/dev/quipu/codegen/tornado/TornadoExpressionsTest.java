package dev.quipu.codegen.tornado;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.number;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.MatrixOperator;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TornadoExpressionsTest {
    private static final Value A = new Value.Variable("a", KernelType.FLOAT);
    private static final Value B = new Value.Variable("b", KernelType.FLOAT);
    private static final Value I = new Value.Variable("i", KernelType.INT);
    private static final Value J = new Value.Variable("j", KernelType.INT);

    private static final Value WORDS = variable("words", KernelType.WORDS);

    private static Value variable(String name, KernelType type) {
        return new Value.Variable(name, type);
    }

    private static Value matrix(MatrixOperator operator, Value... operands) {
        return new Value.Matrix(operator, List.of(operands));
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                row("1.1754944E-38f", number(Float.MIN_NORMAL, 1)),
                row("1.4E-45f", number(Float.MIN_VALUE, 1)),
                row("-0.0f", number(-0.0, 1)),
                row("0.1f", number(0.1f, 1)),
                row("Float.NEGATIVE_INFINITY", number(Double.NEGATIVE_INFINITY, 1)),
                row("-2147483648", integer(Integer.MIN_VALUE)),
                row(
                        "(char) BFloat16.bf16FromFloat(a + b) | (char) halves.get(i) << 16",
                        new Value.Pair(
                                binary(BinaryOperator.ADD, A, B),
                                new Value.Load(KernelType.FLOAT, variable("halves", KernelType.BFLOATS), I))),
                row("context.mmaFragment(0.0f)", matrix(MatrixOperator.ZEROS)),
                row(
                        "context.mmaLoadA(words, 16, i * 512)",
                        matrix(MatrixOperator.LOAD_LEFT, WORDS, binary(BinaryOperator.MULTIPLY, I, integer(512)))),
                row("context.mmaLoadB(words, 16, 256)", matrix(MatrixOperator.LOAD_RIGHT, WORDS, integer(256))),
                row(
                        "context.mmaBF16(left, right, sums, MMAShape.M16N8K16)",
                        matrix(
                                MatrixOperator.MULTIPLY_ADD,
                                variable("left", KernelType.LEFT),
                                variable("right", KernelType.RIGHT),
                                variable("sums", KernelType.SUMS))),
                row("-a", unary(UnaryOperator.NEGATE, A)),
                row("-(-1.0f)", unary(UnaryOperator.NEGATE, number(-1, 1))),
                row("-(a + b)", unary(UnaryOperator.NEGATE, binary(BinaryOperator.ADD, A, B))),
                row("a - -1.0f", binary(BinaryOperator.SUBTRACT, A, number(-1, 1))),
                row("TornadoMath.abs(a)", unary(UnaryOperator.ABS, A)),
                row("TornadoMath.sqrt(a)", unary(UnaryOperator.SQRT, A)),
                row("TornadoMath.exp(a - b)", unary(UnaryOperator.EXP, binary(BinaryOperator.SUBTRACT, A, B))),
                row("TornadoMath.log(a)", unary(UnaryOperator.LOG, A)),
                row("(float) i", unary(UnaryOperator.TO_FLOAT, I)),
                row("(int) (a * b)", unary(UnaryOperator.TO_INT, binary(BinaryOperator.MULTIPLY, A, B))),
                row("TornadoMath.max(a, b)", binary(BinaryOperator.MAX, A, B)),
                row("TornadoMath.min(i, 3)", binary(BinaryOperator.MIN, I, integer(3))),
                row("a + (b + a)", binary(BinaryOperator.ADD, A, binary(BinaryOperator.ADD, B, A))),
                row("a + b + a", binary(BinaryOperator.ADD, binary(BinaryOperator.ADD, A, B), A)),
                row("i + j + 1", binary(BinaryOperator.ADD, I, binary(BinaryOperator.ADD, J, integer(1)))),
                row("a - (b - a)", binary(BinaryOperator.SUBTRACT, A, binary(BinaryOperator.SUBTRACT, B, A))),
                row("a * (b * a)", binary(BinaryOperator.MULTIPLY, A, binary(BinaryOperator.MULTIPLY, B, A))),
                row("(a + b) * a", binary(BinaryOperator.MULTIPLY, binary(BinaryOperator.ADD, A, B), A)),
                row("i / (j * 2)", binary(BinaryOperator.DIVIDE, I, binary(BinaryOperator.MULTIPLY, J, integer(2)))),
                row(
                        "i / 4 % 8",
                        binary(BinaryOperator.REMAINDER, binary(BinaryOperator.DIVIDE, I, integer(4)), integer(8))),
                row(
                        "(i >> 3) & 7",
                        binary(BinaryOperator.AND, binary(BinaryOperator.SHIFT_RIGHT, I, integer(3)), integer(7))),
                row(
                        "(i + 1) << 2",
                        binary(BinaryOperator.SHIFT_LEFT, binary(BinaryOperator.ADD, I, integer(1)), integer(2))),
                row("a < b", compare(Comparison.LESS, A, B)),
                row("a > b", compare(Comparison.GREATER, A, B)),
                row("a == b", compare(Comparison.EQUAL, A, B)),
                row("a < b | a == b", compare(Comparison.LESS_OR_EQUAL, A, B)),
                row("a > b | a == b", compare(Comparison.GREATER_OR_EQUAL, A, B)),
                row("i <= j", compare(Comparison.LESS_OR_EQUAL, I, J)),
                row("i >= j + 1", compare(Comparison.GREATER_OR_EQUAL, I, binary(BinaryOperator.ADD, J, integer(1)))),
                row(
                        "(i < j) & (a < b | a == b)",
                        binary(
                                BinaryOperator.AND,
                                compare(Comparison.LESS, I, J),
                                compare(Comparison.LESS_OR_EQUAL, A, B))),
                row("a < b ? a : b", select(compare(Comparison.LESS, A, B))),
                row("(a > b | a == b) ? a : b", select(compare(Comparison.GREATER_OR_EQUAL, A, B))),
                row("(a < b ? a : b) + a", binary(BinaryOperator.ADD, select(compare(Comparison.LESS, A, B)), A)),
                row("context.groupIdx * 64 + context.localIdx", globalItem()),
                row("arena.get(i + 1)", load(KernelType.FLOATS)),
                row("arena[i + 1]", load(KernelType.ARRAY)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isPrintedAs(String expected, Value value) {
        assertEquals(expected, new TornadoExpressions(name -> name).print(value));
    }

    @Test
    void aLoopsEndBindsMoreThanItsComparison() {
        TornadoExpressions expressions = new TornadoExpressions(name -> name);
        assertEquals("i + 1", expressions.printBound(binary(BinaryOperator.ADD, I, integer(1))));
        assertEquals("(i & 7)", expressions.printBound(binary(BinaryOperator.AND, I, integer(7))));
    }

    private static Arguments row(String expected, Value value) {
        return Arguments.of(expected, value);
    }

    private static Value unary(UnaryOperator operator, Value argument) {
        return new Value.Unary(operator, argument);
    }

    private static Value binary(BinaryOperator operator, Value left, Value right) {
        return new Value.Binary(operator, left, right);
    }

    private static Value compare(Comparison comparison, Value left, Value right) {
        return new Value.Compare(comparison, left, right);
    }

    private static Value select(Value condition) {
        return new Value.Select(condition, A, B);
    }

    private static Value globalItem() {
        Value group = new Value.WorkItem(Value.Numbering.GROUP);
        return binary(
                BinaryOperator.ADD,
                binary(BinaryOperator.MULTIPLY, group, integer(64)),
                new Value.WorkItem(Value.Numbering.ITEM));
    }

    private static Value load(KernelType type) {
        Value address = binary(BinaryOperator.ADD, I, integer(1));
        return new Value.Load(KernelType.FLOAT, new Value.Variable("arena", type), address);
    }
}
