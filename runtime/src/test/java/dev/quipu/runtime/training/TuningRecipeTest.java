package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.TrainingRecipe;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TuningRecipeTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
        # model,       text,   adapters, before, rate,   sequence, steps
        llama-tiny,      1000, false,         0, 1.6e-4,      128,   100
        llama-tiny,      1000, true,          0, 1.6e-3,      128,   100
        llama-tiny,   1000000, false,         0, 1.6e-4,      128,  2930
        llama-tiny,      1000, false,       500, 1.6e-4,      128,   600
        llama-mini,   1000000, false,         0, 1.2e-4,      256,  1465
        llama-7b,     1000000, false,         0, 1.0e-5,      512,   733
        llama-7b,     1000000, true,          0, 1.0e-4,      512,   733
        """)
    void followsFromTheModelsSizeAndTheTextsLength(
            String preset, long tokens, boolean adapters, long before, double rate, int sequence, long steps) {
        TrainingRecipe recipe = TuningRecipe.of(ModelCatalog.preset(preset).model(), tokens, adapters, before);
        assertEquals(rate, recipe.learningRate(), 1e-12);
        assertEquals(sequence, recipe.sequence());
        assertEquals(8, recipe.batch());
        assertEquals(steps, recipe.steps());
    }
}
