package dev.quipu.runtime.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the system says of this process's memory; empty where it does not tell. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** See proc_pid_clear_refs(5): a 5 resets the high-water mark. */
    private static final Path FORGET = Path.of("/proc/self/clear_refs");

    private static final String RESIDENT_PEAK = "5";
    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);

    private ProcessMemory() {}

    /** Bytes that are in memory now. */
    public static OptionalLong resident() {
        return read("VmRSS:");
    }

    /** The most bytes that ever were in memory at once. */
    public static OptionalLong mostResident() {
        return read("VmHWM:");
    }

    /** Lets {@link #mostResident} count from now on, where the system can. */
    public static void forgetMostResident() {
        try {
            Files.writeString(FORGET, RESIDENT_PEAK, StandardOpenOption.WRITE);
        } catch (IOException e) {
            LOG.debug("the most resident memory counts from the process's start: {}", e.toString());
        }
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
