package dev.quipu.codegen.launch;

import dev.quipu.compiler.memory.Place;
import dev.quipu.dsl.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what a launch must read and write of its buffers: each element once, however many of its steps or buffers show it. */
final class Traffic {
    private final BoundLaunch bound;
    private final Set<Access> loaded = new HashSet<>();
    private final Set<Access> stored = new HashSet<>();
    private final Map<Place, Long> read = new HashMap<>();
    private final Map<Place, Long> written = new HashMap<>();

    Traffic(BoundLaunch bound) {
        this.bound = bound;
    }

    /** Steps over a space: an update in place reads what it changes. */
    void steps(List<Step> steps, Space space) {
        for (Step step : steps) {
            switch (step) {
                case Step.Load load -> load(load.access(), space);
                case Step.Store store -> {
                    if (store.accumulate()) {
                        load(store.access(), space);
                    }
                    if (stored.add(store.access())) {
                        position(store.access());
                        write(store.access().buffer(), store.access().elements(space));
                    }
                }
                case Step.Map map -> {}
                case Step.Reduce reduce -> {}
            }
        }
    }

    private void load(Access access, Space space) {
        if (loaded.add(access)) {
            position(access);
            read(access.buffer(), access.elements(space));
        }
    }

    private void position(Access access) {
        if (access.isMoved()) {
            dense(access.positionBuffer());
        }
    }

    /** All elements of a buffer. */
    void dense(int buffer) {
        Buffer whole = buffer(buffer);
        if (whole.use() != Buffer.Use.WRITE) {
            read(buffer, whole.elements());
        }
        if (whole.use() != Buffer.Use.READ) {
            write(buffer, whole.elements());
        }
    }

    void allDense() {
        for (int i = 0; i < bound.places().size(); i++) {
            dense(i);
        }
    }

    void read(int buffer, long elements) {
        add(read, buffer, elements);
    }

    void write(int buffer, long elements) {
        add(written, buffer, elements);
    }

    /** Accesses that are not the same may overlap: what they touch together is at most the buffer. */
    private void add(Map<Place, Long> bytes, int buffer, long elements) {
        DType dtype = buffer(buffer).dtype();
        long all = dtype.bytes(buffer(buffer).elements());
        bytes.merge(bound.places().get(buffer), dtype.bytes(elements), (before, more) -> Math.min(all, before + more));
    }

    private Buffer buffer(int number) {
        return bound.launch().buffers().get(number);
    }

    long bytesRead() {
        return sum(read);
    }

    long bytesWritten() {
        return sum(written);
    }

    private static long sum(Map<Place, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
