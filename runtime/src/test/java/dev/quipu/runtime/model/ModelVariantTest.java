package dev.quipu.runtime.model;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models with other sizes than those they were found with. */
class ModelVariantTest {
    private static final ModelSource SOURCE = ModelSource.of("llama-small");
    private static final LlamaConfig CONFIG = ((Llama) SOURCE.model()).config();

    private static LlamaConfig with(Map<String, String> sizes) {
        return ((Llama) SOURCE.with(sizes).model()).config();
    }

    @Test
    void widthTakesAlongWhatIsAsWide() {
        LlamaConfig twice = with(Map.of("width", Integer.toString(2 * CONFIG.dim())));
        assertAll(
                () -> assertEquals(2 * CONFIG.dim(), twice.dim()),
                () -> assertEquals(2 * CONFIG.hidden(), twice.hidden()),
                () -> assertEquals(2 * CONFIG.heads(), twice.heads()),
                () -> assertEquals(2 * CONFIG.keyValueHeads(), twice.keyValueHeads()),
                () -> assertEquals(CONFIG.headSize(), twice.headSize()),
                () -> assertEquals(CONFIG.vocabulary(), twice.vocabulary()),
                () -> assertEquals(CONFIG.layers(), twice.layers()));
    }

    @Test
    void aKeyChangesItselfAlone() {
        assertEquals(CONFIG.withVocabulary(77), with(Map.of("vocab_size", "77")));
        assertEquals(1e-3, with(Map.of("rms_norm_eps", "1e-3")).normEpsilon());
        assertTrue(with(Map.of("tie_word_embeddings", "true")).tied());
    }

    @Test
    void aVariantIsADeclarationAlone() {
        assertEquals(
                new ModelSource(SOURCE.name(), SOURCE.model(), SOURCE.folder(), SOURCE.weights(), SOURCE.recipe()),
                SOURCE.with(Map.of()));
        assertTrue(SOURCE.with(Map.of("num_hidden_layers", "1")).recipe().isEmpty());
    }
}
