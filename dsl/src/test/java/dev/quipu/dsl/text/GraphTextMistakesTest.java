package dev.quipu.dsl.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphTextMistakesTest {
    private static final String GOOD = """
        quipu graph 1
        function half(f32[a=2]) {
            %0 = input(name="0") : f32[a=2] forward
            %1 = pointwise(%0, formula="x / 2") : f32[a=2] forward
            result "0" = %1
        }
        graph G {
            %0 = input(name="x") : f32[b=3, a=2] forward
            %1 = softmax(%0) : f32[b=3, a=2] forward
            %2 = sum(%1, axes=[0]) : f32[b=1, a=2] forward
            %3 = input(name="w") : f32[a=2] forward
            %4 = rmsNorm(%2, %3, epsilon=1.0) : f32[b=1, a=2], f32[b=1, one=1] forward
            result y = %4
        }
        """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "quipu graph 1            | quipu graph 2          | graph text 1:1: expected the first line \"quipu"
                        + " graph 1\", found \"quipu graph 2\"; this Quipu reads version 1",
                "graph G {                | graph G                | graph text 8:5: expected '{', found '%0'",
                "%1 = softmax             | %7 = softmax           | graph text 9:5: expected %1, the next number,"
                        + " found %7",
                "= softmax(%0) :          | = softmax(%0)          | graph text 9:22: expected ':', found 'f32'",
                "softmax(%0)              | softmax(%0 %0)         | graph text 9:21: expected ')', found '%0'",
                "softmax(%0)              | softmax(%9)            | graph text 9:18: expected an output of a node"
                        + " that stands above, found %9",
                "softmax(%0)              | softmax(%0.1)          | graph text 9:18: expected an output of a node"
                        + " that stands above, found %0.1",
                "softmax(%0)              | softmax(%0, axis=1)    | graph text 9:22: expected softmax without"
                        + " attributes, found axis",
                "sum(%1, axes=[0])        | sum(%1, axis=[0])      | graph text 10:18: expected attributes [axes] of"
                        + " sum, found axis",
                "sum(%1, axes=[0])        | sum(%1)                | graph text 10:10: expected sum with attribute"
                        + " axes, whole numbers such as [0, 2, 1], found none",
                "axes=[0]                 | axes=[0], axes=[0]     | graph text 10:28: expected attribute axes once,"
                        + " found it again",
                "axes=[0]                 | axes=0                 | graph text 10:23: expected whole numbers such as"
                        + " [0, 2, 1], found 0",
                "axes=[0]                 | axes=[0.5]             | graph text 10:24: expected a whole number, found"
                        + " 0.5",
                "axes=[0]                 | axes=[2]               | graph text 10:10: expected distinct ascending"
                        + " axes of [b=3, a=2], found [2]",
                "epsilon=1.0              | epsilon=small          | graph text 12:34: expected a number, found small",
                "= input(name=\"w\")       | = input()              | graph text 11:10: expected input with attribute"
                        + " name, a text between quotes, found none",
                "formula=\"x / 2\"         | formula=\"x / \"        | `graph text 4:32: formula \"x / \", column 5:"
                        + " expected '-' or '(' or a number or a name, found the end`",
                "formula=\"x / 2\"         | formula=\"x / 2\" over (y) | graph text 4:46: expected each of the names"
                        + " [x] once, found [y]",
                "f32[b=1, a=2] forward    | f32[b=1, a=3] forward  | graph text 10:30: expected the types that sum"
                        + " gives here, [f32[b=1, a=2]], found [f32[b=1, a=3]]",
                "[b=1, a=2], f32          | [b=1, a=0], f32        | graph text 12:50: dimension a: expected a size of"
                        + " at least 1, found 0",
                "f32[b=1, a=2] forward    | f64[b=1, a=2] forward  | graph text 10:30: expected f32, bf16, int8 or i32,"
                        + " found f64",
                "result y = %4            | result y = %3          | graph text 12:5: expected a node that a result or"
                        + " an effect needs, found %4, which none does",
                "result y = %4            | result y = %4 result y = %4 | graph text 13:26: expected a name of its own"
                        + " for each result, found y again",
                "result y = %4            | effect %8              | graph text 13:12: expected a node that stands"
                        + " above, found %8",
                "%1 = softmax             | %1 = softMax           | `graph text 9:10: expected one of the ops"
                    + " accumulateState, attention, attentionBackward, broadcast, cacheWrite, cachedAttention, call,"
                    + " cast, concat, constant, crossEntropy, crossEntropyBackward, embedding, embeddingBackward,"
                    + " input, layerNorm, matMul, pad, pointwise, readState, reshape, rmsNorm, rope, ropeTable, slice,"
                    + " softmax, sum, transpose, writeState, found softMax`",
                "softmax(%0)              | call(%0, function=third) | graph text 9:28: expected a function that"
                        + " stands above, found third",
                "function half(f32[a=2])  | function half(f32[a=3]) | graph text 2:1: function half: expected input 0"
                        + " of type f32[a=3], found f32[a=2]",
                "function half(f32[a=2])  | function half(f32[a=2]) backward third | graph text 2:34: expected a"
                        + " function that stands above, found third",
                "f32[b=3, a=2] forward    | f32[b=3, a=2] sideways | graph text 8:42: expected forward,"
                        + " recomputed, backward or update, found sideways",
                "f32[b=3, a=2] forward    | f32[b=3, a=2] forward 1 | graph text 8:50: expected no number, found 1",
                "f32[b=3, a=2] forward    | f32[b=3, a=2] recomputed 0 | graph text 8:53: expected recomputed with the"
                        + " number of the copy, from 1, found 0",
                "f32[b=3, a=2] forward    | f32[b=3, a=2] recomputed | graph text 8:42: expected recomputed with the"
                        + " number of the copy, from 1, found recomputed",
                "f32[b=3, a=2] forward    | f32[b=3, a=2] forward at A.java:1.5 | graph text 8:60: expected a whole"
                        + " number, found 1.5",
                "softmax(%0)              | softmax(%0) ~          | graph text 9:22: token recognition error at: '~'",
            })
    void mistakesAreNamedWithTheirPlace(String good, String bad, String message) {
        String text = GOOD.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad));
        QuipuException mistake = assertThrows(QuipuException.class, () -> GraphText.parse(text));
        assertEquals(message, mistake.getMessage());
    }
}
