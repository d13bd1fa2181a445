package dev.quipu.runtime.training;

import dev.quipu.runtime.buffer.ProcessMemory;
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
    private static final double MEBIBYTE = 1 << 20;

    static PeakMemory of(long arenas, long state) {
        return new PeakMemory(arenas, state, ProcessMemory.mostResident());
    }

    @Override
    public String toString() {
        String resident = process.isPresent() ? ", process %.0f MiB".formatted(process.getAsLong() / MEBIBYTE) : "";
        return "activations %.0f MiB, state %.0f MiB%s".formatted(arenas / MEBIBYTE, state / MEBIBYTE, resident);
    }
}
