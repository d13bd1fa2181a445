package dev.quipu.runtime.buffer;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Zeroed memory in pages of megabytes where Linux has them to give: a matrix whose rows are kilobytes long otherwise needs the
 * address of another page with every row or two, more of them than a processor remembers.
 *
 * <p>Linux gives such pages unasked only where {@code /sys/kernel/mm/transparent_hugepage/enabled} says {@code always}; it says
 * {@code madvise} on most machines, which asks programs to say where.
 */
final class LargePages {
    /** Smaller memory hardly has a large page to itself. */
    private static final long SMALLEST = 4L << 20;

    private static final long PAGE = 2L << 20;
    private static final long SMALL_PAGE = 4L << 10;

    // of Linux's sys/mman.h, the same on x86-64 and on ARM
    private static final int READ_AND_WRITE = 0x1 | 0x2;
    private static final int PRIVATE_AND_ANONYMOUS = 0x2 | 0x20;
    private static final int HUGE_PAGE = 14;
    private static final long FAILED = -1;

    private static final Optional<LargePages> OF_SYSTEM = ofSystem();

    private final MethodHandle map;
    private final MethodHandle advise;
    private final MethodHandle unmap;

    private LargePages(MethodHandle map, MethodHandle advise, MethodHandle unmap) {
        this.map = map;
        this.advise = advise;
        this.unmap = unmap;
    }

    private static Optional<LargePages> ofSystem() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        MemoryLayout[] map = {JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG};
        Optional<MethodHandle> mmap = function("mmap", FunctionDescriptor.of(JAVA_LONG, map));
        Optional<MethodHandle> madvise =
                function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        Optional<MethodHandle> munmap = function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
        return mmap.isPresent() && madvise.isPresent() && munmap.isPresent()
                ? Optional.of(new LargePages(mmap.get(), madvise.get(), munmap.get()))
                : Optional.empty();
    }

    private static Optional<MethodHandle> function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(found -> linker.downcallHandle(found, type));
    }

    /**
     * Zeroed memory, until the arena is closed.
     *
     * @param alignment at most a page of 4 KiB
     * @throws OutOfMemoryError if the system has none
     */
    static MemorySegment allocate(Arena arena, long bytes, long alignment) {
        return bytes < SMALLEST || OF_SYSTEM.isEmpty()
                ? arena.allocate(bytes, alignment)
                : OF_SYSTEM.get().allocate(arena, bytes);
    }

    private MemorySegment allocate(Arena arena, long bytes) {
        try {
            long room = Math.addExact(bytes, PAGE);
            long address = (long) map.invokeExact(0L, room, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
            if (address == FAILED) {
                throw new OutOfMemoryError(bytes + " bytes");
            }
            long first = Math.ceilDiv(address, PAGE) * PAGE;
            // refused where the kernel knows no large pages: the memory is as good as any
            int _ = (int) advise.invokeExact(first, address + room - first, HUGE_PAGE);
            MemorySegment memory = MemorySegment.ofAddress(first).reinterpret(bytes);
            touch(memory); // before it is the arena's, which may let one thread only
            return memory.reinterpret(bytes, arena, freed -> free(address, room));
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * Otherwise the first to write, or to measure, would wait for each page. All processors share the waiting: where the machine is
     * a virtual one that its host has not given the memory yet, a gigabyte takes one of them seconds.
     */
    private static void touch(MemorySegment memory) {
        LongStream.range(0, Math.ceilDiv(memory.byteSize(), PAGE)).parallel().forEach(page -> {
            long end = Math.min(memory.byteSize(), (page + 1) * PAGE);
            for (long at = page * PAGE; at < end; at += SMALL_PAGE) {
                memory.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
            }
        });
    }

    private void free(long address, long bytes) {
        try {
            int _ = (int) unmap.invokeExact(address, bytes);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
