package dev.quipu.runtime.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Memory of a run, in bytes.
 *
 * @param arenas intermediate values of all programs
 * @param state weights, gradients, moments, caches
 * @param process the most memory that the process ever held (the kernel's high-water mark of resident memory); empty where the
 *     system does not tell
 */
public record PeakMemory(long arenas, long state, OptionalLong process) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String HIGH_WATER = "VmHWM:";
    private static final double MEBIBYTE = 1 << 20;

    static PeakMemory of(long arenas, long state) {
        return new PeakMemory(arenas, state, highWater());
    }

    private static OptionalLong highWater() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(HIGH_WATER))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public String toString() {
        String resident = process.isPresent() ? ", process %.0f MiB".formatted(process.getAsLong() / MEBIBYTE) : "";
        return "activations %.0f MiB, state %.0f MiB%s".formatted(arenas / MEBIBYTE, state / MEBIBYTE, resident);
    }
}
