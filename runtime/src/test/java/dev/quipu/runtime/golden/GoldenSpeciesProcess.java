package dev.quipu.runtime.golden;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.jvm.Species;

/**
 * Replays the steps of a golden model in a JVM with other flags, for {@link GoldenSpeciesTest}: argument folder. Prints how many
 * floats vectors have, and what is said of 16.
 */
final class GoldenSpeciesProcess {
    private GoldenSpeciesProcess() {}

    public static void main(String... arguments) {
        try (JvmDevice device = new JvmDevice(2)) {
            System.out.println(device.lanes() + " floats");
            new GoldenSteps(GoldenModel.open(arguments[0]), new Compiler(false), 1e-4, 1e-3).replay(device);
        }
        try {
            Species.device(1, 16).close();
        } catch (QuipuException refusal) {
            System.out.println(refusal.getMessage());
        }
    }
}
