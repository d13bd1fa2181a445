package dev.quipu.codegen.launch;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.RopeTable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Runs launches over arrays of doubles, element by element, by the words of their documentation: buffers at their places, rows
 * in random order, loads before stores. Memory that nobody wrote holds NaN.
 */
public final class LaunchInterpreter {
    private final Scheduled scheduled;
    private final Random order = new Random(1);
    private final Memory arena;
    private final Map<String, Memory> state = new HashMap<>();
    private final Map<String, Memory> inputs = new HashMap<>();
    private final Map<String, Memory> results = new LinkedHashMap<>();

    /** Elements of one buffer, from an offset. */
    public static final class Memory {
        private final double[] elements;
        private final int from;
        private final int count;

        public Memory(double[] elements, int from, int count) {
            this.elements = elements;
            this.from = from;
            this.count = count;
        }

        Memory(Array array) {
            this(array.values().clone(), 0, array.size());
        }

        Memory part(long offset, long bytes) {
            return new Memory(
                    elements, from + Math.toIntExact(offset / Float.BYTES), Math.toIntExact(bytes / Float.BYTES));
        }

        int count() {
            return count;
        }

        public double get(long place) {
            return elements[checked(place)];
        }

        void set(long place, double value) {
            elements[checked(place)] = value;
        }

        public double[] copy() {
            return Arrays.copyOfRange(elements, from, from + count);
        }

        private int checked(long place) {
            if (place < 0 || place >= count) {
                throw new AssertionError("element " + place + " of a buffer of " + count);
            }
            return from + (int) place;
        }
    }

    private LaunchInterpreter(Scheduled scheduled, Filled filled) {
        this.scheduled = scheduled;
        double[] elements = new double[Math.toIntExact(scheduled.memory().bytes() / Float.BYTES)];
        Arrays.fill(elements, Double.NaN);
        this.arena = new Memory(elements, 0, elements.length);
        filled.state().forEach((name, array) -> state.put(name, new Memory(array)));
        filled.inputs().forEach((name, array) -> inputs.put(name, new Memory(array)));
    }

    static Filled.Outcome run(Scheduled scheduled, Filled filled) {
        LaunchInterpreter interpreter = new LaunchInterpreter(scheduled, filled);
        for (BoundLaunch launch : Launches.of(scheduled)) {
            try {
                interpreter.run(launch);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(launch.name() + " " + launch.launch() + "\n" + launch.cluster(), e);
            }
        }
        return interpreter.outcome(filled);
    }

    /** Runs one launch over the elements of its buffers; integers are whole numbers. */
    public static void run(Launch launch, List<double[]> buffers) {
        List<Memory> memories = buffers.stream()
                .map(elements -> new Memory(elements, 0, elements.length))
                .toList();
        run(launch, memories, new Random(1));
    }

    private Filled.Outcome outcome(Filled filled) {
        Map<String, Array> found = new LinkedHashMap<>();
        scheduled
                .graph()
                .results()
                .forEach((name, tensor) -> found.put(
                        name,
                        results.containsKey(name)
                                ? Array.of(tensor.type(), results.get(name).copy())
                                : null));
        Map<String, Array> after = new HashMap<>();
        state.forEach((name, memory) ->
                after.put(name, Array.of(filled.state().get(name).type(), memory.copy())));
        return new Filled.Outcome(found, after);
    }

    private void run(BoundLaunch bound) {
        List<Memory> buffers = bound.places().stream().map(this::memory).toList();
        for (int i = 0; i < buffers.size(); i++) {
            long wanted = bound.launch().buffers().get(i).elements();
            if (buffers.get(i).count() < wanted) {
                throw new AssertionError(
                        "buffer " + i + " has " + buffers.get(i).count() + " elements, not " + wanted);
            }
        }
        run(bound.launch(), buffers, order);
    }

    private static void run(Launch launch, List<Memory> buffers, Random order) {
        switch (launch) {
            case RowProgram program ->
                new StepInterpreter(program.buffers(), buffers, program.space(), program.steps()).rows(order);
            case ColumnProgram program -> columns(program, buffers);
            case MatrixProduct product -> product(product, buffers, order);
            case Gather gather -> gather(gather, buffers);
            case Scatter scatter -> scatter(scatter, buffers);
            case AttentionLaunch attention -> AttentionInterpreter.run(attention, buffers);
        }
    }

    private Memory memory(Place place) {
        return switch (place) {
            case Place.Arena slot ->
                new Memory(
                        arena.elements,
                        Math.toIntExact(slot.offset() / Float.BYTES),
                        Math.toIntExact(slot.bytes() / Float.BYTES));
            case Place.Part part -> memory(part.whole()).part(part.offset(), part.bytes());
            case Place.State named -> state.get(named.name());
            case Place.Input named -> inputs.get(named.name());
            case Place.Result named -> results.computeIfAbsent(named.name(), name -> empty(named.type()));
            case Place.Table table -> new Memory(table(table.angles()));
        };
    }

    private static Memory empty(Type type) {
        return new Memory(Array.of(type, place -> Double.NaN));
    }

    private static Array table(RopeTable angles) {
        Tensor table = Tensor.apply(angles).output(0);
        return new Reference(Map.of())
                .run(Graph.of("table", Map.of("table", table), List.of()), Map.of())
                .get("table");
    }

    private static void columns(ColumnProgram program, List<Memory> buffers) {
        Space space = program.space();
        StepInterpreter steps = new StepInterpreter(program.buffers(), buffers, space, program.steps());
        long kept = space.outer().subList(program.summed(), space.outer().size()).stream()
                .mapToLong(Integer::longValue)
                .reduce(1, Math::multiplyExact);
        for (ColumnProgram.ColumnSum sum : program.sums()) {
            double[] totals = new double[Math.toIntExact(kept * space.width())];
            for (long row = 0; row < space.rows(); row++) {
                Map<String, double[]> values = steps.values(row, Map.of());
                for (int column = 0; column < space.width(); column++) {
                    totals[(int) (row % kept) * space.width() + column] +=
                            StepInterpreter.evaluate(sum.expression(), values, column);
                }
            }
            Memory target = buffers.get(sum.buffer());
            for (int i = 0; i < totals.length; i++) {
                target.set(i, totals[i] + (sum.accumulate() ? target.get(i) : 0));
            }
        }
    }

    private static void product(MatrixProduct product, List<Memory> buffers, Random order) {
        StepInterpreter steps = new StepInterpreter(product.buffers(), buffers, product.space(), product.epilogue());
        double[][] rows = new double[product.batch() * product.rows()][product.columns()];
        for (int row = 0; row < rows.length; row++) {
            int batch = row / product.rows();
            int m = row % product.rows();
            for (int n = 0; n < product.columns(); n++) {
                for (int k = 0; k < product.depth(); k++) {
                    long left =
                            product.transposeLeft() ? (long) k * product.rows() + m : (long) m * product.depth() + k;
                    long right = product.transposeRight()
                            ? (long) n * product.depth() + k
                            : (long) k * product.columns() + n;
                    rows[row][n] += buffers.get(0).get((long) batch * product.rows() * product.depth() + left)
                            * buffers.get(1).get((long) batch * product.columns() * product.depth() + right);
                }
            }
        }
        steps.rows(order, rows);
    }

    private static void gather(Gather gather, List<Memory> buffers) {
        for (int i = 0; i < gather.count(); i++) {
            for (int column = 0; column < gather.width(); column++) {
                long from = ((long) buffers.get(1).get(i)) * gather.width() + column;
                buffers.get(2)
                        .set((long) i * gather.width() + column, buffers.get(0).get(from));
            }
        }
    }

    private static void scatter(Scatter scatter, List<Memory> buffers) {
        Memory table = buffers.get(2);
        for (int i = 0; !scatter.accumulate() && i < scatter.tableRows() * scatter.width(); i++) {
            table.set(i, 0);
        }
        for (int i = 0; i < scatter.count(); i++) {
            for (int column = 0; column < scatter.width(); column++) {
                long to = ((long) buffers.get(0).get(i)) * scatter.width() + column;
                table.set(to, table.get(to) + buffers.get(1).get((long) i * scatter.width() + column));
            }
        }
    }
}
