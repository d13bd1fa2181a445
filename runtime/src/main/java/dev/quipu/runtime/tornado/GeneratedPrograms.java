package dev.quipu.runtime.tornado;

import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.runtime.device.AngleTables;
import dev.quipu.runtime.device.State;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The programs of a device, by the state that they work on. */
final class GeneratedPrograms implements AutoCloseable {
    private final Toolkit toolkit;
    private final Arena arena = Arena.ofShared();
    private final AngleTables tables = new AngleTables(arena);
    private final List<Residence> residences = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    GeneratedPrograms(Toolkit toolkit) {
        this.toolkit = toolkit;
    }

    synchronized TornadoExecutable load(Scheduled scheduled, State state) {
        Residence residence = residence(state);
        TornadoExecutable program =
                new TornadoExecutable(fresh(scheduled.graph().name()), scheduled, state, residence, toolkit, tables);
        residence.add(program);
        return program;
    }

    private Residence residence(State state) {
        residences.removeIf(Residence::isClosed);
        for (Residence known : residences) {
            if (known.isOf(state)) {
                return known;
            }
        }
        residences.add(new Residence(toolkit, state, this::taken));
        return residences.getLast();
    }

    /** Bytes on the device, of all states. */
    private long taken() {
        return residences.stream().mapToLong(Residence::taken).sum();
    }

    /** An identifier after a graph's name, with a number where it is taken. */
    private String fresh(String graph) {
        String letters = graph.replaceAll("[^A-Za-z0-9]+", "_");
        String wanted = letters.isEmpty() || Character.isDigit(letters.charAt(0))
                ? "program" + letters
                : letters.substring(0, 1).toLowerCase(Locale.ROOT) + letters.substring(1);
        String name = wanted;
        for (int number = 2; !names.add(name); number++) {
            name = wanted + number;
        }
        return name;
    }

    @Override
    public synchronized void close() {
        residences.stream().filter(residence -> !residence.isClosed()).forEach(Residence::close);
        residences.clear();
        arena.close();
    }
}
