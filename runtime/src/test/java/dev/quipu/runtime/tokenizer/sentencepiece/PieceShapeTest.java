package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class PieceShapeTest {
    private static final PieceRules RULES = new PieceRules(6, true, true, true, false, false);
    private static final PieceRules NO_SCRIPTS = new PieceRules(6, false, true, true, false, false);
    private static final PieceRules NUMBERS_ANYWHERE = new PieceRules(6, true, false, true, false, false);
    private static final PieceRules ACROSS_WORDS = new PieceRules(6, true, true, false, false, false);
    private static final PieceRules DIGITS_APART = new PieceRules(6, true, true, true, true, false);
    private static final PieceRules SPACES_TOGETHER = new PieceRules(6, true, true, true, false, true);

    private record Row(String piece, PieceRules rules, boolean allowed) {}

    @TestFactory
    Stream<DynamicTest> shapes() {
        return Stream.of(
                        new Row("abcdef", RULES, true),
                        new Row("abcdefg", RULES, false),
                        new Row("\uD83D\uDE00".repeat(6), RULES, true),
                        new Row("aж", RULES, false),
                        new Row("aж", NO_SCRIPTS, true),
                        new Row("a.", RULES, false),
                        new Row("..", RULES, true),
                        new Row("e\u0301a", RULES, true),
                        new Row("\u0301a", RULES, true),
                        new Row("日のカ", RULES, true),
                        new Row("カー", RULES, true),
                        new Row("aの", RULES, false),
                        new Row("\uE000.", RULES, true),
                        new Row("F1", RULES, false),
                        new Row("F1", NUMBERS_ANYWHERE, true),
                        new Row("F1ж", NUMBERS_ANYWHERE, true),
                        new Row("1.", RULES, true),
                        new Row("12", RULES, true),
                        new Row("12", DIGITS_APART, false),
                        new Row("\uFF12", DIGITS_APART, true),
                        new Row("▁\uFF12", DIGITS_APART, false),
                        new Row("▁", RULES, true),
                        new Row("▁a", RULES, true),
                        new Row("a▁", RULES, false),
                        new Row("a▁b", RULES, false),
                        new Row("a▁b", ACROSS_WORDS, true),
                        new Row("a▁", ACROSS_WORDS, false),
                        new Row("a▁ж", ACROSS_WORDS, false),
                        new Row("▁▁", RULES, false),
                        new Row("▁▁", SPACES_TOGETHER, true),
                        new Row("▁▁a", SPACES_TOGETHER, false))
                .map(row -> DynamicTest.dynamicTest(
                        row.toString(),
                        () -> assertEquals(
                                row.allowed,
                                new PieceShape(row.rules)
                                        .allows(row.piece.codePoints().toArray()))));
    }
}
