package dev.quipu.runtime.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.Preset;
import dev.quipu.runtime.model.SmallInstance;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every preset, as a small model of its family, is clean on the emulator. */
class StepCheckTest {
    /** Presets whose small models are different: the first of each kind. */
    static List<String> kinds() {
        Map<Map<String, Object>, List<Preset>> kinds = ModelCatalog.all().stream()
                .filter(preset -> StepCheck.weights(preset.model()) > StepCheck.MOST_WEIGHTS)
                .collect(Collectors.groupingBy(preset -> structure(small(preset))));
        return kinds.values().stream()
                .map(presets -> presets.getFirst().name())
                .sorted()
                .toList();
    }

    private static Model small(Preset preset) {
        return SmallInstance.of(preset.model()).orElseThrow();
    }

    /** What makes kernels differ: numbers in formulas do not. */
    private static Map<String, Object> structure(Model model) {
        Map<String, Object> config =
                new TreeMap<>(ModelFormat.of(model).orElseThrow().write(model).orElseThrow());
        config.keySet()
                .removeAll(List.of("rms_norm_eps", "rope_theta", "max_position_embeddings", "tie_word_embeddings"));
        return config;
    }

    @Test
    void familiesDiffer() {
        assertTrue(kinds().size() >= 5, () -> kinds().toString());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void isClean(String preset) {
        List<KernelVerdict> verdicts = StepCheck.run(small(ModelCatalog.preset(preset)), new Compiler(true), 1, 24);
        assertTrue(verdicts.size() > 50, () -> verdicts.size() + " kernels");
        assertEquals(
                List.of(),
                verdicts.stream().filter(verdict -> !verdict.isClean()).toList());
        assertTrue(verdicts.stream().allMatch(verdict -> verdict.launches() > 0));
    }
}
