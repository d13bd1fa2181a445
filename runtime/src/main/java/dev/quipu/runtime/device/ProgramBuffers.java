package dev.quipu.runtime.device;

import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The buffers of a loaded program other than its arena: inputs and results of its own, state and tables that it shares. */
public final class ProgramBuffers {
    private final State state;
    private final Function<RopeTable, Buffer> tables;
    private final Map<String, Buffer> inputs = new LinkedHashMap<>();
    private final Map<String, Buffer> stored = new LinkedHashMap<>();
    private final Map<String, Buffer> results = new LinkedHashMap<>();

    /**
     * Allocates inputs, results, and what state is missing.
     *
     * @param arena for inputs and results
     * @param tables where tables of angles come from
     */
    public ProgramBuffers(Scheduled scheduled, State state, Arena arena, Function<RopeTable, Buffer> tables) {
        this.state = state;
        this.tables = tables;
        state.allocate(scheduled.states());
        for (Node node : scheduled.graph().nodes()) {
            if (node.op() instanceof Input input) {
                inputs.computeIfAbsent(input.name(), name -> allocate(arena, input.type()));
            }
        }
        for (Map.Entry<String, Tensor> result : scheduled.graph().results().entrySet()) {
            Place place = scheduled.place(result.getValue());
            if (place instanceof Place.Result own) {
                stored.computeIfAbsent(own.name(), name -> allocate(arena, own.type()));
            }
            results.put(result.getKey(), of(place));
        }
    }

    private static Buffer allocate(Arena arena, Type type) {
        return Buffer.allocate(arena, type.dtype(), type.shape().elements());
    }

    /** The buffer of a place outside the arena that is no part of another one. */
    public Buffer of(Place place) {
        return switch (place) {
            case Place.Arena slot -> throw new AssertionError("expected a place outside the arena, found " + slot);
            case Place.Part part -> throw new AssertionError("expected a whole buffer, found " + part);
            case Place.State named -> state.read(named.name());
            case Place.Input input -> input(input.name());
            case Place.Result result -> stored.get(result.name());
            case Place.Table table -> tables.apply(table.angles());
        };
    }

    /** The buffer of a result that is no other buffer, by the name of its place. */
    public Buffer stored(String name) {
        return stored.get(name);
    }

    /** See {@link Executable#input}. */
    public Buffer input(String name) {
        return find("the name of an input", name, inputs);
    }

    /** See {@link Executable#result}. */
    public Buffer result(String name) {
        return find("the name of a result", name, results);
    }

    private static Buffer find(String kind, String name, Map<String, Buffer> buffers) {
        Buffer buffer = buffers.get(name);
        if (buffer == null) {
            throw NearestNames.unknown(kind, name, buffers.keySet());
        }
        return buffer;
    }
}
