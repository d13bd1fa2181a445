package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Files whose bytes were changed: a tokenizer that works, or a line that says what is wrong. */
class DamagedTokenizersTest {
    private static final int MUTATIONS = Integer.getInteger("quipu.mutations", 1000);
    private static final Duration LIMIT = Duration.ofSeconds(30 + MUTATIONS / 50);
    private static final String TEXT = "the A\u3000 \u00BD aaab \u65E5\u672C\u200B \uD83D\uDE00 h Abc<s>";

    @TestFactory
    Stream<DynamicTest> damagedFilesAreRefusedOrWork() {
        SmallModels rules = SmallModels.of(ModelType.BPE)
                .with(SmallRules.of(Map.of("A", "a", "\u3000", " ", "\u00BD", "ab c", "\u200B", "", "\u65E5", "in")));
        SmallModels unigram =
                SmallModels.of(ModelType.UNIGRAM).removingSpaces().with("bc", SentencePiece.Type.USER_DEFINED);
        return Stream.of(
                test("byte pairs", bytes(SmallModels.bytePairs()), DamagedTokenizersTest::ofModel),
                test("rules", bytes(rules), DamagedTokenizersTest::ofModel),
                test(
                        "unused",
                        bytes(SmallModels.bytePairs().with("the", SentencePiece.Type.UNUSED)),
                        DamagedTokenizersTest::ofModel),
                test("unigram", bytes(unigram), DamagedTokenizersTest::ofModel),
                test(
                        "llama2.c",
                        Llama2cTokenizerFile.bytes(SmallModels.bytePairs().model(), "a.bin"),
                        bytes -> SentencePieceTokenizer.of(Llama2cTokenizerFile.read(bytes, "a.bin"))));
    }

    private static byte[] bytes(SmallModels models) {
        return models.model().toBytes();
    }

    private static Tokenizer ofModel(byte[] bytes) {
        return SentencePieceTokenizer.of(SentencePieceModel.read(bytes));
    }

    private static DynamicTest test(String name, byte[] bytes, Function<byte[], Tokenizer> open) {
        return DynamicTest.dynamicTest(name, () -> {
            int working = assertTimeoutPreemptively(LIMIT, () -> working(bytes, open));
            assertTrue(working > 0 && working < MUTATIONS, working + " of " + MUTATIONS + " work");
        });
    }

    private static int working(byte[] bytes, Function<byte[], Tokenizer> open) {
        SplittableRandom random = new SplittableRandom(7);
        int working = 0;
        for (int round = 0; round < MUTATIONS; round++) {
            working += works(damage(bytes, random), open) ? 1 : 0;
        }
        return working;
    }

    private static byte[] damage(byte[] bytes, SplittableRandom random) {
        byte[] damaged = bytes.clone();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                case 2 -> Arrays.fill(damaged, at, Math.min(at + 4, damaged.length), (byte) -random.nextInt(2));
                default -> damaged = Arrays.copyOf(damaged, damaged.length - random.nextInt(3));
            }
        }
        return damaged;
    }

    private static boolean works(byte[] bytes, Function<byte[], Tokenizer> open) {
        try {
            Tokenizer tokenizer = open.apply(bytes);
            int[] ids = tokenizer.encode(TEXT);
            tokenizer.decode(ids);
            tokenizer.encodeWithSpecials(TEXT);
            tokenizer.encodeContinuation(TEXT);
            int size = tokenizer.vocabularySize();
            assertTrue(Arrays.stream(ids).allMatch(id -> id >= 0 && id < size));
            return true;
        } catch (QuipuException e) {
            return false;
        }
    }
}
