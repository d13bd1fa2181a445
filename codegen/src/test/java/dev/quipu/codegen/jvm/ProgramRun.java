package dev.quipu.codegen.jvm;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.RopeTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a generated program over native memory whose untouched elements, room behind buffers included, are NaN. */
final class ProgramRun {
    private final Scheduled scheduled;
    private final Arena arena;
    private final MemorySegment slots;
    private final Map<String, MemorySegment> state = new HashMap<>();
    private final Map<String, MemorySegment> inputs = new HashMap<>();
    private final Map<String, MemorySegment> results = new HashMap<>();

    private ProgramRun(Scheduled scheduled, Filled filled, Arena arena) {
        this.scheduled = scheduled;
        this.arena = arena;
        this.slots = empty(scheduled.memory().bytes() / Float.BYTES);
        filled.state().forEach((name, array) -> state.put(name, segment(array)));
        filled.inputs().forEach((name, array) -> inputs.put(name, segment(array)));
    }

    /**
     * Results and state after one run.
     *
     * @param seed shuffles the parts of each phase among workers
     */
    static Filled.Outcome run(JvmProgram program, KernelRun kernels, Filled filled, long seed) {
        try (Arena arena = Arena.ofConfined()) {
            ProgramRun run = new ProgramRun(program.scheduled(), filled, arena);
            for (JvmProgram.Step step : program.launches()) {
                MemorySegment[] buffers =
                        step.launch().places().stream().map(run::memory).toArray(MemorySegment[]::new);
                KernelRun.runShuffled(kernels.bind(step.className(), arena, buffers), seed);
            }
            return run.outcome(filled);
        }
    }

    private Filled.Outcome outcome(Filled filled) {
        Map<String, Array> found = new LinkedHashMap<>();
        scheduled.graph().results().forEach((name, tensor) -> found.put(name, array(tensor.type(), results.get(name))));
        Map<String, Array> after = new HashMap<>();
        state.forEach((name, segment) ->
                after.put(name, array(filled.state().get(name).type(), segment)));
        return new Filled.Outcome(found, after);
    }

    private MemorySegment memory(Place place) {
        return switch (place) {
            case Place.Arena slot -> slots.asSlice(slot.offset(), slot.bytes());
            case Place.Part part -> memory(part.whole()).asSlice(part.offset());
            case Place.State named -> state.get(named.name());
            case Place.Input named -> inputs.get(named.name());
            case Place.Result named ->
                results.computeIfAbsent(
                        named.name(), name -> empty(named.type().shape().elements()));
            case Place.Table table -> segment(table(table.angles()));
        };
    }

    private static Array table(RopeTable angles) {
        Tensor table = Tensor.apply(angles).output(0);
        return new Reference(Map.of())
                .run(Graph.of("table", Map.of("table", table), List.of()), Map.of())
                .get("table");
    }

    private MemorySegment empty(long elements) {
        long bytes = MemoryPlan.slotBytes(elements * Float.BYTES);
        MemorySegment segment = arena.allocate(bytes, MemoryPlan.ALIGNMENT);
        for (long i = 0; i < bytes / Float.BYTES; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
        }
        return segment;
    }

    private MemorySegment segment(Array array) {
        MemorySegment segment = empty(array.size());
        for (int i = 0; i < array.size(); i++) {
            if (array.type().dtype() == DType.F32) {
                segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) array.get(i));
            } else {
                segment.setAtIndex(ValueLayout.JAVA_INT, i, (int) array.get(i));
            }
        }
        return segment;
    }

    private static Array array(Type type, MemorySegment segment) {
        return Array.of(
                type,
                i -> type.dtype() == DType.F32
                        ? segment.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                        : segment.getAtIndex(ValueLayout.JAVA_INT, i));
    }
}
