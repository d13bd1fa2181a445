package dev.quipu.runtime.emulator;

import dev.quipu.codegen.tornado.TornadoProgram;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where faults go: the first one ends the program that has it, unless they are collected. */
public final class Faults {
    /** Enough of one task to see what is wrong. */
    private static final int MOST_OF_TASK = 20;

    private static final ThreadLocal<Faults> COLLECTING = new ThreadLocal<>();

    private final Map<String, Integer> launches = new LinkedHashMap<>();
    private final List<Fault> found = new ArrayList<>();
    private final Set<Key> keys = new HashSet<>();

    /** Faults of one kind at one line are told once. */
    private record Key(FaultKind kind, String task, int line) {}

    private Faults() {}

    /** Runs programs to their end and collects what is wrong with them. */
    public static List<Fault> collect(Runnable programs) {
        return observe(programs).faults();
    }

    /** As {@link #collect}, and notes what runs; only what this thread runs is seen. */
    public static Observation observe(Runnable programs) {
        if (COLLECTING.get() != null) {
            throw new AssertionError("faults are collected already");
        }
        Faults faults = new Faults();
        COLLECTING.set(faults);
        try {
            programs.run();
        } finally {
            COLLECTING.remove();
        }
        return new Observation(Collections.unmodifiableMap(faults.launches), List.copyOf(faults.found));
    }

    /** A task runs; those that only make room on the device are not noted. */
    static void launched(Task task) {
        Faults faults = COLLECTING.get();
        boolean printed = task.origin()
                .filter(origin -> origin.type().getPackageName().equals(TornadoProgram.PACKAGE))
                .isPresent();
        if (faults != null && printed) {
            faults.launches.merge(task.name(), 1, Integer::sum);
        }
    }

    /** A fault that is not a work-item's. */
    static void report(FaultKind kind, Task task, String detail) {
        report(new Fault(kind, task.name(), task.origin(), Optional.empty(), Optional.empty(), detail));
    }

    static void report(Fault fault) {
        Faults faults = COLLECTING.get();
        if (faults == null) {
            throw new KernelFault(fault);
        }
        faults.add(fault);
    }

    private void add(Fault fault) {
        long ofTask = found.stream()
                .filter(other -> other.task().equals(fault.task()))
                .count();
        if (ofTask < MOST_OF_TASK && keys.add(new Key(fault.kind(), fault.task(), fault.line()))) {
            found.add(fault);
        }
    }
}
