package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Where a text may be cut, its parts have the ids of the whole; and the ids are the text. */
class CutTest {
    private static final int TEXTS = 1_500;

    static Stream<Arguments> tokenizers() {
        ObjectNode digits = Toy.byteLevel(
                "{'type':'Sequence','pretokenizers':[{'type':'Digits','individual_digits':true}," + Toy.GPT2 + "]}");
        ObjectNode prefixed = Toy.byteLevel(Toy.LLAMA3.replace("'add_prefix_space':false", "'add_prefix_space':true"));
        ObjectNode composed = Toy.byteLevel(Toy.QWEN2);
        composed.set("normalizer", Toy.json("{'type':'NFC'}"));
        ObjectNode added = Toy.byteLevel(Toy.GPT2);
        Toy.add(added, "<tool>", false, "");
        Toy.add(added, " Hello", false, "left");
        Toy.add(added, "12", false, "right normalized");
        ObjectNode markedAdded = Toy.marked();
        Toy.add(markedAdded, "<tool>", false, "");
        Toy.add(markedAdded, "the", false, "normalized");
        return Stream.of(
                tokenizer("GPT-2", Toy.byteLevel(Toy.GPT2), true, true),
                tokenizer("GPT-2 with a space before the text", Toy.byteLevel(Toy.GPT2_PREFIXED), true, false),
                tokenizer("Llama 3", Toy.byteLevel(Toy.LLAMA3), true, true),
                tokenizer("Llama 3 with a space before each word", prefixed, true, false),
                tokenizer("Qwen 2", composed, true, false),
                tokenizer("digits", digits, true, true),
                tokenizer("added tokens", added, true, false),
                tokenizer("LLaMA", Toy.marked(), true, false),
                tokenizer("LLaMA with added tokens", markedAdded, true, false),
                tokenizer("Metaspace, always", metaspace("always", true), true, false),
                tokenizer("Metaspace, first", metaspace("first", false), true, false),
                tokenizer("Metaspace, never", metaspace("never", false), true, false),
                tokenizer("an expression", Toy.byteLevel(expression()), false, true));
    }

    private static Arguments tokenizer(String name, ObjectNode file, boolean cuts, boolean lossless) {
        return Arguments.of(Named.of(name, Toy.tokenizer(file)), cuts, lossless);
    }

    private static ObjectNode metaspace(String scheme, boolean split) {
        ObjectNode file = Toy.marked();
        String metaspace =
                "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'" + scheme + "','split':" + split + "}";
        file.remove("normalizer");
        file.set("pre_tokenizer", Toy.json(metaspace));
        file.set("decoder", Toy.json(metaspace));
        return file;
    }

    private static String expression() {
        return "{'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'Regex':'.{1,5}|\\\\n"
            + "'},'behavior':'Isolated','invert':false},{'type':'ByteLevel','add_prefix_space':false,'use_regex':true}]}";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokenizers")
    void partsHaveTheIdsOfTheWhole(BpeTokenizer tokenizer, boolean cuts, boolean lossless) {
        SplittableRandom random = new SplittableRandom(7);
        int count = 0;
        for (int i = 0; i < TEXTS; i++) {
            String text = Toy.text(random, 12);
            int[] whole = tokenizer.encode(text);
            if (lossless) {
                assertEquals(text, tokenizer.decode(whole));
            }
            for (int at = 1; at < text.length(); at++) {
                if (tokenizer.canCut(text, at)) {
                    int[] parts = IntStream.concat(
                                    IntStream.of(tokenizer.encode(text.substring(0, at))),
                                    IntStream.of(tokenizer.encodeContinuation(text.substring(at))))
                            .toArray();
                    int cut = at;
                    assertArrayEquals(whole, parts, () -> "'" + text + "' at " + cut);
                    count++;
                }
            }
        }
        assertTrue(cuts ? count > TEXTS / 4 : count == 0, count + " cuts");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokenizers")
    void aMegabyteWithoutASpaceIsNoProblem(BpeTokenizer tokenizer, boolean cuts, boolean lossless) {
        String text = "the".repeat(1 << 18);
        assertEquals(text, tokenizer.decode(tokenizer.encode(text)).strip());
    }

    /** Threads share the words that a tokenizer remembers. */
    @Test
    void threadsAgree() {
        BpeTokenizer tokenizer = Toy.tokenizer(Toy.byteLevel(Toy.GPT2));
        SplittableRandom random = new SplittableRandom(8);
        List<String> texts =
                Stream.generate(() -> Toy.text(random, 200)).limit(300).toList();
        BpeTokenizer alone = Toy.tokenizer(Toy.byteLevel(Toy.GPT2));
        List<int[]> together = texts.parallelStream().map(tokenizer::encode).toList();
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals(alone.encode(texts.get(i)), together.get(i));
        }
    }
}
