package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.jvm.ScratchSizes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScratchMemoryTest {
    @Test
    void kernelsShareTheLargestThatOneOfThemWants() {
        try (Arena arena = Arena.ofShared()) {
            ScratchMemory memory = new ScratchMemory(arena, 3);
            memory.grow(new ScratchSizes(List.of(1_000L), List.of(0L, 20L), List.of(7L)));
            MemorySegment shared = memory.shared(0, 10);
            assertTrue(shared.byteSize() >= 4_000 && shared.address() % 64 == 0);
            assertSame(shared, memory.shared(0, 1_000));
            MemorySegment[] segments = memory.segments(1, 20);
            assertEquals(3, segments.length);
            assertNotSame(segments[0], segments[1]);
            assertEquals(3, memory.arrays(0, 5).length);
            assertTrue(memory.arrays(0, 7)[2].length >= 7);
        }
    }

    @Test
    void memoryOfEarlierProgramsStaysValidWhenItGrows() {
        try (Arena arena = Arena.ofShared()) {
            ScratchMemory memory = new ScratchMemory(arena, 1);
            MemorySegment small = memory.shared(0, 10);
            MemorySegment large = memory.shared(0, 100);
            assertNotSame(small, large);
            small.fill((byte) 1);
            assertSame(large, memory.shared(0, 10));
        }
    }
}
