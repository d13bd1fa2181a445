package dev.quipu.runtime.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.Preset;
import dev.quipu.runtime.tornado.PlannedLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every preset, as a small model of its family, is clean on the emulator: all that it is compiled to. */
class ModelCheckTest {
    /** Presets whose small models are different: the first of each kind. */
    static List<String> kinds() {
        Map<Map<String, Object>, List<Preset>> kinds = ModelCatalog.all().stream()
                .filter(preset -> ModelCheck.weights(preset.model()) > ModelCheck.MOST_WEIGHTS)
                .collect(Collectors.groupingBy(preset -> structure(small(preset, Precision.F32))));
        return kinds.values().stream()
                .map(presets -> presets.getFirst().name())
                .sorted()
                .toList();
    }

    private static Model small(Preset preset, Precision precision) {
        return ModelCheck.small(preset.model(), precision).orElseThrow();
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
        check(preset, Precision.F32);
    }

    @Test
    void isCleanInBf16() {
        check("mistral-7b", Precision.BF16);
    }

    /** What no other precision has. */
    @Test
    void bf16IsForMatrixUnits() {
        Model model = small(ModelCatalog.preset("mistral-7b"), Precision.BF16);
        Scheduled scheduled =
                new Compiler(true).in(Precision.BF16).gradient(model, 1, 24).scheduled();
        TornadoProgram program = TornadoProgram.of(
                "gradient", scheduled, new PlannedLayout(scheduled.states()), Products.GENERATED, ModelCheck.TARGET);
        assertTrue(program.sources().stream().anyMatch(source -> source.text().contains("mmaBF16")));
    }

    private static void check(String preset, Precision precision) {
        Model model = small(ModelCatalog.preset(preset), precision);
        List<ProgramVerdict> verdicts = ModelCheck.run(model, new Compiler(true).in(precision), 1, 24);
        assertEquals(
                List.of(
                        "gradient",
                        "update",
                        "loss",
                        "gradient of separate documents",
                        "loss of separate documents",
                        "prefill of 16 tokens, 3 sequences",
                        "all logits of 16 tokens, 3 sequences",
                        "prefill of 1 token and decode, 3 sequences"),
                verdicts.stream().map(ProgramVerdict::program).toList());
        for (ProgramVerdict verdict : verdicts) {
            List<KernelVerdict> kernels = verdict.kernels();
            assertTrue(kernels.size() > 15, () -> kernels.size() + " kernels of " + verdict.program());
            assertEquals(
                    List.of(),
                    kernels.stream().filter(kernel -> !kernel.isClean()).toList());
            assertTrue(kernels.stream().allMatch(kernel -> kernel.launches() > 0));
        }
    }
}
