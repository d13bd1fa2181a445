package dev.quipu.runtime.jvm;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of intermediate values that the programs of a device share: as much as the one that needs most. They run one at a
 * time, whoever runs holds the workspace's monitor, and nothing in it outlives a run. It moves when programs come and go.
 */
final class Workspace implements AutoCloseable {
    private final List<Long> wanted = new ArrayList<>();
    private Arena arena = Arena.ofShared();
    private MemorySegment memory = MemorySegment.NULL;
    private long bytes;
    private int moves;

    /**
     * Makes room for a program.
     *
     * @throws QuipuException if the machine has not that much memory left
     */
    synchronized void join(long need) {
        wanted.add(need);
        try {
            fit();
        } catch (QuipuException e) {
            wanted.remove(Long.valueOf(need));
            try {
                fit();
            } catch (QuipuException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Forgets a program. */
    synchronized void leave(long need) {
        wanted.remove(Long.valueOf(need));
        fit();
    }

    /** What was there goes first: nobody needs its contents. */
    private void fit() {
        long most = wanted.stream().mapToLong(Long::longValue).max().orElse(0);
        if (most != bytes) {
            arena.close();
            arena = Arena.ofShared();
            bytes = 0;
            memory = Buffer.allocate(arena, DType.F32, Math.ceilDiv(most, Float.BYTES))
                    .segment();
            bytes = most;
            moves++;
        }
    }

    /** The memory, until the workspace moves. */
    synchronized MemorySegment memory() {
        return memory;
    }

    /** How often the workspace has moved. */
    synchronized int moves() {
        return moves;
    }

    /** Bytes that are taken. */
    synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized void close() {
        wanted.clear();
        fit();
    }
}
