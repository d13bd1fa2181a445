package dev.quipu.dsl.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
    @ParameterizedTest
    @CsvSource({
        "lama-7b, llama-7b llama-70b",
        "llama-70b, llama-70b llama-7b llama-13b",
        "mistral, ''",
        "mistral-7, mistral-7b",
        "ab, ''"
    })
    void nearestNames(String wanted, String nearest) {
        List<String> known = List.of("llama-13b", "llama-7b", "llama-70b", "mistral-7b");
        assertEquals(nearest, String.join(" ", NearestNames.of(wanted, known)));
    }

    @Test
    void recipesCountBatchesAndSteps() {
        TrainingRecipe recipe = TrainingRecipe.of(1e-3, 10, 128, 8 * 128, 10 * 8 * 128 + 1);
        assertEquals(8, recipe.batch());
        assertEquals(11, recipe.steps());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 128, 1024, 5000, 'a positive learning rate, found 0.0'",
        "1e-3, -1, 128, 1024, 5000, 'a number of warm-up steps of 0 or more, found -1'",
        "1e-3, 10, 0, 1024, 5000, 'a sequence of at least 1 token, found 0'",
        "1e-3, 10, 128, 1000, 5000, 'a batch of whole sequences of 128 tokens, found 1000 tokens'",
        "1e-3, 10, 128, 1024, 1000, 'tokens for at least one batch of 1024, found 1000'"
    })
    void recipesCheckThemselves(double rate, int warmup, int sequence, long batch, long tokens, String message) {
        QuipuException mistake =
                assertThrows(QuipuException.class, () -> TrainingRecipe.of(rate, warmup, sequence, batch, tokens));
        assertEquals("training recipe: expected " + message, mistake.getMessage());
    }

    @Test
    void presetsHaveNamesThatCanBeTyped() {
        TrainingRecipe recipe = TrainingRecipe.of(1e-3, 10, 128, 1024, 5000);
        assertThrows(QuipuException.class, () -> new Preset("My Model", "", 1, size -> null, recipe));
    }
}
