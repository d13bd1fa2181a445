package dev.quipu.runtime.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What the system says of this process's memory; empty where it does not tell. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** Bytes that are in memory now. */
    public static OptionalLong resident() {
        return read("VmRSS:");
    }

    /** The most bytes that ever were in memory at once. */
    public static OptionalLong mostResident() {
        return read("VmHWM:");
    }

    private static OptionalLong read(String key) {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
