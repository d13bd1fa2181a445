package dev.quipu.models;

import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.Preset;
import dev.quipu.dsl.catalog.TrainingRecipe;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * LLaMA and relatives in the sizes that were published, and small ones that train on a CPU. A recipe is the paper's where the
 * paper tells it; where it does not, LLaMA's stands in and the description says so.
 */
public final class Presets implements ModelCatalog {
    /** Four million tokens, as 2048 sequences of 2048. */
    private static final long FOUR_MILLION = 4L << 20;

    private static final long TRILLION = 1_000_000_000_000L;

    /** For bytes: 256, two marks, and room to a multiple of eight. */
    private static final int BYTES = 264;

    @Override
    public List<Preset> presets() {
        return Stream.of(small(), llama(), llama2(), llama3(), relatives())
                .flatMap(List::stream)
                .toList();
    }

    /** Models that train on the cores of one machine: over bytes in seconds, minutes and hours, the last one in weeks. */
    private static List<Preset> small() {
        return List.of(
                preset(
                        "llama-tiny",
                        "bytes, 0.1M parameters: seconds of training on a CPU",
                        LlamaConfig.of(64, 2, 4, 176, BYTES, 128),
                        TrainingRecipe.of(5e-3, 20, 128, 16 * 128, 500_000)),
                preset(
                        "llama-mini",
                        "bytes, 1.9M parameters: minutes of training on a CPU",
                        LlamaConfig.of(192, 4, 6, 512, BYTES, 256),
                        TrainingRecipe.of(3e-3, 50, 256, 8 * 256, 1_536_000)),
                preset(
                        "llama-small",
                        "bytes, 6.1M parameters: hours of training on a CPU",
                        LlamaConfig.of(288, 6, 6, 768, BYTES, 256),
                        TrainingRecipe.of(2e-3, 200, 256, 16 * 256, 100_000_000)),
                preset(
                        "llama-110m",
                        "110M parameters, the largest of the sizes that TinyStories are usually told in; tied",
                        new LlamaConfig(768, 12, 12, 12, 64, 2048, 32000, 1024, 1e-5, 1e4, true, 0),
                        TrainingRecipe.of(5e-4, 1000, 1024, 512 * 1024, 10_000_000_000L)));
    }

    /** Touvron et al. 2023, "LLaMA", Table 2. Norm epsilons are those of the released weights. */
    private static List<Preset> llama() {
        LlamaConfig large = new LlamaConfig(6656, 60, 52, 52, 128, 17920, 32000, 2048, 1e-6, 1e4, false, 0);
        TrainingRecipe largeRecipe = TrainingRecipe.of(1.5e-4, 2000, 2048, FOUR_MILLION, 14 * TRILLION / 10);
        TrainingRecipe recipe = TrainingRecipe.of(3.0e-4, 2000, 2048, FOUR_MILLION, TRILLION);
        return List.of(
                preset(
                        "llama-7b",
                        "LLaMA, 6.7B parameters",
                        new LlamaConfig(4096, 32, 32, 32, 128, 11008, 32000, 2048, 1e-6, 1e4, false, 0),
                        recipe),
                preset(
                        "llama-13b",
                        "LLaMA, 13.0B parameters",
                        new LlamaConfig(5120, 40, 40, 40, 128, 13824, 32000, 2048, 1e-6, 1e4, false, 0),
                        recipe),
                preset("llama-33b", "LLaMA, 32.5B parameters", large, largeRecipe),
                preset("llama-30b", "another name of llama-33b, that of its weights", large, largeRecipe),
                preset(
                        "llama-65b",
                        "LLaMA, 65.2B parameters",
                        new LlamaConfig(8192, 80, 64, 64, 128, 22016, 32000, 2048, 1e-5, 1e4, false, 0),
                        largeRecipe));
    }

    /** Touvron et al. 2023, "Llama 2", Table 1 and section 2.2; epsilon 1e-5 is AdamW's there. */
    private static List<Preset> llama2() {
        return List.of(
                preset(
                        "llama2-7b",
                        "Llama 2, 6.7B parameters",
                        new LlamaConfig(4096, 32, 32, 32, 128, 11008, 32000, 4096, 1e-5, 1e4, false, 0),
                        llama2Recipe(3.0e-4)),
                preset(
                        "llama2-13b",
                        "Llama 2, 13.0B parameters",
                        new LlamaConfig(5120, 40, 40, 40, 128, 13824, 32000, 4096, 1e-5, 1e4, false, 0),
                        llama2Recipe(3.0e-4)),
                preset(
                        "llama2-70b",
                        "Llama 2, 69.0B parameters, grouped heads",
                        new LlamaConfig(8192, 80, 64, 8, 128, 28672, 32000, 4096, 1e-5, 1e4, false, 0),
                        llama2Recipe(1.5e-4)));
    }

    private static TrainingRecipe llama2Recipe(double learningRate) {
        return new TrainingRecipe(learningRate, 0.1, 2000, 4096, FOUR_MILLION, 2 * TRILLION, 0.1, 1.0, 0.9, 0.95, 1e-5);
    }

    /** Grattafiori et al. 2024, Table 3; warm-up and first batch are told of the 405B only. */
    private static List<Preset> llama3() {
        return List.of(
                preset(
                        "llama3-8b",
                        "Llama 3, 8.0B parameters",
                        new LlamaConfig(4096, 32, 32, 8, 128, 14336, 128256, 8192, 1e-5, 5e5, false, 0),
                        TrainingRecipe.of(3.0e-4, 8000, 8192, FOUR_MILLION, 15 * TRILLION)),
                preset(
                        "llama3-70b",
                        "Llama 3, 70.6B parameters",
                        new LlamaConfig(8192, 80, 64, 8, 128, 28672, 128256, 8192, 1e-5, 5e5, false, 0),
                        TrainingRecipe.of(1.5e-4, 8000, 8192, FOUR_MILLION, 15 * TRILLION)));
    }

    /** TinyLlama: Zhang et al. 2024, section 2. Sizes of the others are those of their released configurations. */
    private static List<Preset> relatives() {
        TrainingRecipe standIn = TrainingRecipe.of(3.0e-4, 2000, 2048, FOUR_MILLION, TRILLION);
        return List.of(
                preset(
                        "tinyllama-1.1b",
                        "TinyLlama, 1.1B parameters, grouped heads",
                        new LlamaConfig(2048, 22, 32, 4, 64, 5632, 32000, 2048, 1e-5, 1e4, false, 0),
                        TrainingRecipe.of(4.0e-4, 2000, 2048, FOUR_MILLION / 2, 3 * TRILLION)),
                preset(
                        "mistral-7b",
                        "Mistral, 7.2B parameters, a window of 4096; LLaMA's recipe",
                        new LlamaConfig(4096, 32, 32, 8, 128, 14336, 32000, 32768, 1e-5, 1e4, false, 4096),
                        standIn),
                preset(
                        "qwen2-0.5b",
                        "Qwen2, 0.5B parameters, biases, tied; LLaMA's recipe",
                        new LlamaConfig(896, 24, 14, 2, 64, 4864, 151936, 131072, 1e-6, 1e6, true, 0),
                        Qwen2::of,
                        standIn),
                preset(
                        "qwen2-7b",
                        "Qwen2, 7.6B parameters, biases; LLaMA's recipe",
                        new LlamaConfig(3584, 28, 28, 4, 128, 18944, 152064, 131072, 1e-6, 1e6, false, 0),
                        Qwen2::of,
                        standIn),
                preset(
                        "qwen3-0.6b",
                        "Qwen3, 0.6B parameters, normalised queries and keys, tied; LLaMA's recipe",
                        new LlamaConfig(1024, 28, 16, 8, 128, 3072, 151936, 40960, 1e-6, 1e6, true, 0),
                        Qwen3::of,
                        standIn),
                preset(
                        "qwen3-8b",
                        "Qwen3, 8.2B parameters, normalised queries and keys; LLaMA's recipe",
                        new LlamaConfig(4096, 36, 32, 8, 128, 12288, 151936, 40960, 1e-6, 1e6, false, 0),
                        Qwen3::of,
                        standIn));
    }

    private static Preset preset(String name, String description, LlamaConfig config, TrainingRecipe recipe) {
        return preset(name, description, config, Llama::of, recipe);
    }

    private static Preset preset(
            String name,
            String description,
            LlamaConfig config,
            Function<LlamaConfig, Llama> family,
            TrainingRecipe recipe) {
        return new Preset(
                name, description, config.vocabulary(), size -> family.apply(config.withVocabulary(size)), recipe);
    }
}
