package dev.quipu.tornado;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Host memory for arrays that only the device uses. TornadoVM wants a host array behind every device buffer; a mapping of a
 * file with nothing in it takes neither memory nor disk until somebody writes to it.
 */
final class SparseMemory {
    private SparseMemory() {}

    static MemorySegment allocate(long bytes) {
        try {
            Path file = Files.createTempFile("quipu", ".sparse");
            try (FileChannel channel = FileChannel.open(
                    file,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SPARSE,
                    StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
