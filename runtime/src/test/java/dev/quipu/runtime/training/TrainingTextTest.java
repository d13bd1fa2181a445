package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.DataSplit;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTextTest {
    @TempDir
    Path root;

    @Test
    void aPromptIsTheFirstWholeLineHeldOutOfAsMuchAsFits() {
        try (TrainingText text = new TinyRun(root).text("first line\n  second line  \nthird line\n".repeat(20))) {
            DataSplit split = text.split(16, 0.5);
            String prompt = prompt(text, split, 16);
            assertTrue(List.of("first line", "second line", "third line").contains(prompt), prompt);
            assertEquals(prompt.substring(0, 5), prompt(text, split, 5));
        }
    }

    private static String prompt(TrainingText text, DataSplit split, int most) {
        return text.tokenizer().decode(text.prompt(split, most));
    }

    @Test
    void aTextOfOneLineIsItsOwnPrompt() {
        try (TrainingText text = new TinyRun(root).text("x".repeat(200))) {
            assertEquals("x".repeat(16), prompt(text, text.split(16, 0), 16));
        }
    }

    @Test
    void entropyIsThatOfTheHeldOutPart() {
        try (TrainingText text = new TinyRun(root).text("a".repeat(200) + "ab".repeat(100))) {
            assertEquals(Math.log(2), text.unigramEntropy(text.split(16, 0.4)), 0.1);
        }
    }

    @Test
    void aMissingPathIsRefused() {
        QuipuException refusal = assertThrows(
                QuipuException.class,
                () -> TrainingText.of(
                        List.of(root.resolve("nothing")), new ByteTokenizer(), new TokenCache(root.resolve("tokens"))));
        assertTrue(refusal.getMessage().contains("found nothing; check the path"), refusal.getMessage());
    }
}
