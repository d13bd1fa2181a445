package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePiece.Type;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

public class SentencePieceTokenizerTest {
    private static final Map<String, String> RULES = Map.of(
            "A", "a", "\u3000", " ", "\u00BD", "ab c", "\u200B", "", "a\u0301", "\u65E5", "\uFF01", "!", "Ae", "in");

    /** What the table below was made with: SentencePiece 0.2.1, {@code spm_encode --output_format=id}. */
    public static Map<String, SmallModels> models() {
        ByteBuffer rules = SmallRules.of(RULES);
        SmallModels unigram = SmallModels.of(ModelType.UNIGRAM);
        return Map.ofEntries(
                Map.entry("bytes", SmallModels.bytePairs()),
                Map.entry("unknown", SmallModels.of(ModelType.BPE)),
                Map.entry("no space", SmallModels.bytePairs().withoutSpace()),
                Map.entry("removing", SmallModels.bytePairs().removingSpaces()),
                Map.entry("at end", SmallModels.of(ModelType.BPE).withSpaceAtEnd()),
                Map.entry("plain", SmallModels.of(ModelType.BPE).withPlainSpaces()),
                Map.entry("whole", SmallModels.bytePairs().with("bc", Type.USER_DEFINED).with("h A", Type.USER_DEFINED)),
                Map.entry("unused", SmallModels.bytePairs().with("the", Type.UNUSED).with("aaaa", Type.UNUSED)),
                Map.entry("equal", SmallModels.bytePairs().withScores(i -> -1)),
                Map.entry("rising", SmallModels.bytePairs().withScores(i -> i)),
                Map.entry("rules", SmallModels.of(ModelType.BPE).with(rules).with("A", Type.USER_DEFINED)),
                Map.entry("rules removing", SmallModels.bytePairs().with(rules).removingSpaces()),
                Map.entry("unigram", unigram.removingSpaces()),
                Map.entry("unigram bytes", unigram.withByteFallback().with("aaaa", Type.UNUSED)),
                Map.entry("unigram whole", unigram.with("aab", Type.USER_DEFINED).with("t", Type.UNUSED)),
                Map.entry("words", SmallModels.of(ModelType.WORD)),
                Map.entry("characters", SmallModels.of(ModelType.CHAR).with("in", Type.USER_DEFINED)));
    }

    private static String pieces(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::piece).collect(Collectors.joining(" "));
    }

    @TestFactory
    Stream<DynamicTest> piecesAreSentencePieces() throws IOException {
        Map<String, SmallModels> models = models();
        Path table = Path.of("src/test/resources/sentencepiece/pieces.txt");
        return Files.readAllLines(Path.of(System.getProperty("quipu.root", "..")).resolve("runtime").resolve(table))
                .stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\\|", -1))
                .map(row -> DynamicTest.dynamicTest(row[0] + ": " + row[1], () -> {
                    Tokenizer tokenizer = models.get(row[0]).tokenizer();
                    int[] ids = tokenizer.encode(row[1]);
                    assertEquals(row[2], pieces(tokenizer, ids));
                    assertEquals(row[3], tokenizer.decode(ids));
                }));
    }
}
