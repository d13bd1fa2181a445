package dev.quipu.samples;

import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.Generation;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.generation.Generator;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.nio.file.Path;

/**
 * Continues a text, through the library. Its arguments are a model folder, such as {@link Train} makes, and a prompt. Once
 * {@code ./quipu} has built, it runs without a build of its own:
 *
 * <pre>
 * java @config/jvm.args @target/quipu/classpath.args samples/src/main/java/dev/quipu/samples/Sample.java runs/sample "public "
 * </pre>
 */
public final class Sample {
    private static final int TOKENS = 100;
    private static final long SEED = 1;

    private Sample() {}

    /** Prints the prompt and what the model makes of it, as it makes it. */
    public static void main(String[] arguments) {
        String folder = arguments.length > 0 ? arguments[0] : "runs/sample";
        String prompt = arguments.length > 1 ? arguments[1] : "public class ";
        ModelSource source = ModelSource.withWeights(folder);
        try (State weights = source.loadWeights();
                Device device = new JvmDevice();
                Generator generator = new Generator(source.model(), Tokenizer.load(Path.of(folder)), weights, device)) {
            System.out.print(prompt);
            Generation generation = generator.generate(
                    prompt, new GenerationOptions(SamplingOptions.temperature(0.8), TOKENS, SEED), System.out::print);
            System.out.printf("%n%.1f tokens/s%n", generation.tokensPerSecond());
        }
    }
}
