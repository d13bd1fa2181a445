package dev.quipu.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.Preset;
import dev.quipu.dsl.catalog.TrainingRecipe;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PresetsTest {
    /** Table 2 of the paper; its parameter counts are cut, not rounded, to one decimal. */
    @ParameterizedTest
    @CsvSource({
        "llama-7b,  6.7,  4096, 32, 32, 3.0e-4, 1.0e12",
        "llama-13b, 13.0, 5120, 40, 40, 3.0e-4, 1.0e12",
        "llama-33b, 32.5, 6656, 52, 60, 1.5e-4, 1.4e12",
        "llama-65b, 65.2, 8192, 64, 80, 1.5e-4, 1.4e12"
    })
    void tableTwo(String name, double billions, int dim, int heads, int layers, double learningRate, double tokens) {
        Preset preset = ModelCatalog.preset(name);
        LlamaConfig config = ((Llama) preset.model()).config();
        TrainingRecipe recipe = preset.recipe();
        assertEquals(billions, Math.floor(parameterCount(preset) / 1e8) / 10);
        assertEquals(List.of(dim, heads, layers), List.of(config.dim(), config.heads(), config.layers()));
        assertEquals(learningRate, recipe.learningRate());
        assertEquals((long) tokens, recipe.tokens());
        assertEquals(4.0, recipe.batchTokens() / 1e6, 0.2);
        assertEquals(
                List.of(2000, 0.1, 0.1, 1.0, 0.9, 0.95),
                List.of(
                        recipe.warmupSteps(),
                        recipe.finalRatio(),
                        recipe.weightDecay(),
                        recipe.clip(),
                        recipe.beta1(),
                        recipe.beta2()));
    }

    /** Counts of the released weights. */
    @ParameterizedTest
    @CsvSource({
        "llama-7b, 6738415616",
        "llama-13b, 13015864320",
        "llama-30b, 32528943616",
        "llama-65b, 65285660672",
        "llama2-7b, 6738415616",
        "llama2-13b, 13015864320",
        "llama2-70b, 68976648192",
        "llama3-8b, 8030261248",
        "llama3-70b, 70553706496",
        "tinyllama-1.1b, 1100048384",
        "mistral-7b, 7241732096",
        "qwen2-0.5b, 494032768",
        "qwen2-7b, 7615616512",
        "qwen3-0.6b, 596049920",
        "qwen3-8b, 8190735360"
    })
    void parameterCounts(String name, long count) {
        assertEquals(count, parameterCount(ModelCatalog.preset(name)));
    }

    @Test
    void namesAreUniqueAndRecipesFitTheContext() {
        List<Preset> presets = new Presets().presets();
        assertEquals(
                presets.size(), presets.stream().map(Preset::name).distinct().count());
        for (Preset preset : presets) {
            assertTrue(preset.recipe().sequence() <= preset.model().contextLength(), preset.name());
        }
    }

    @Test
    void smallOnesTakeBytes() {
        Stream.of("llama-tiny", "llama-mini", "llama-small")
                .map(ModelCatalog::preset)
                .forEach(preset -> assertTrue(preset.model().vocabularySize() >= 258, preset.name()));
    }

    @Test
    void vocabulariesGrowWithTheTokenizer() {
        Preset preset = ModelCatalog.preset("llama-tiny");
        assertEquals(264, preset.modelFor(258).vocabularySize());
        assertEquals(272, preset.modelFor(265).vocabularySize());
    }

    @Test
    void everyModelIsDeclaredAnew() {
        Preset preset = ModelCatalog.preset("llama-tiny");
        Parameter first = ((Llama) preset.model()).embedding().weight();
        Parameter second = ((Llama) preset.model()).embedding().weight();
        assertTrue(first != second);
    }

    @Test
    void aMistypedNameGetsTheNearest() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> ModelCatalog.preset("lama-7b"));
        assertTrue(
                mistake.getMessage()
                        .startsWith("expected the name of a preset, found 'lama-7b'; did you mean llama-7b or "),
                mistake.getMessage());
    }

    private static long parameterCount(Preset preset) {
        return Trace.parameters(preset.model()).values().stream()
                .mapToLong(parameter -> parameter.shape().elements())
                .sum();
    }
}
