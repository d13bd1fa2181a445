package dev.quipu.runtime.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargePagesTest {
    private static final long ELEMENTS = 3_000_001;
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");

    @Test
    void largeBuffersAreZeroAndGoWithTheirArena() {
        Buffer freed;
        try (Arena arena = Arena.ofShared()) {
            Buffer buffer = Buffer.allocate(arena, DType.F32, ELEMENTS);
            assertEquals(0, buffer.segment().address() % Buffer.ALIGNMENT);
            assertEquals(
                    Buffer.allocatedBytes(DType.F32, ELEMENTS), buffer.segment().byteSize());
            assertTrue(Arrays.equals(new float[(int) ELEMENTS], buffer.toFloats()));
            buffer.setFloat(ELEMENTS - 1, 1);
            freed = buffer;
        }
        assertThrows(IllegalStateException.class, () -> freed.getFloat(0));
    }

    /** VmFlags of proc_pid_smaps(5): hg where large pages were asked for. */
    @Test
    void linuxIsAskedForLargePagesWhereTheyFit() throws IOException {
        assumeTrue(Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage")), "large pages on request");
        try (Arena arena = Arena.ofConfined()) {
            Buffer large = Buffer.allocate(arena, DType.F32, ELEMENTS);
            Buffer small = Buffer.allocate(arena, DType.F32, 1000);
            assertTrue(flags(large.segment().address()).contains("hg"));
            assertFalse(flags(small.segment().address()).contains("hg"));
        }
    }

    /** Many pages, so that several threads touch them. */
    @Test
    void anArenaOfOneThreadHasThemToo() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = Buffer.allocate(arena, DType.F32, 32L << 20);
            buffer.setFloat(buffer.length() - 1, 1);
            assertEquals(1, buffer.getFloat(buffer.length() - 1));
        }
    }

    @Test
    void whatNoMachineHasIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            assertThrows(QuipuException.class, () -> Buffer.allocate(arena, DType.F32, 1L << 50));
        }
    }

    private static List<String> flags(long address) throws IOException {
        boolean inside = false;
        for (String line : Files.readAllLines(MAPPINGS)) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
                inside = Long.parseUnsignedLong(range[0], 16) <= address
                        && address < Long.parseUnsignedLong(range[1], 16);
            }
            if (inside && line.startsWith("VmFlags:")) {
                return List.of(line.split(" ", -1));
            }
        }
        throw new AssertionError("no mapping of " + address);
    }
}
