package dev.quipu.codegen.launch;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.RopeTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

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

    /** Elements of one buffer: what others share with them is counted in units of two bytes, of which an f32 fills two. */
    public static final class Memory {
        private static final int UNIT = Short.BYTES;

        private final double[] places;
        private final int from;
        private final int length;
        /** Places that an element takes; its number is in the first. */
        private final int step;

        private final boolean rounds;

        private Memory(double[] places, int from, int length, int step, boolean rounds) {
            this.places = places;
            this.from = from;
            this.length = length;
            this.step = step;
            this.rounds = rounds;
        }

        /** A place for each element: memory that is shared with nobody. */
        public Memory(double[] elements, int from, int count) {
            this(elements, from, count, 1, false);
        }

        static Memory of(Array array) {
            Memory memory = unwritten(array.type().bytes()).as(array.type().dtype());
            for (int i = 0; i < array.size(); i++) {
                memory.set(i, array.get(i));
            }
            return memory;
        }

        /** Bytes that hold no numbers. */
        static Memory unwritten(long bytes) {
            double[] units = new double[Math.toIntExact(bytes / UNIT)];
            Arrays.fill(units, Double.NaN);
            return new Memory(units, 0, units.length);
        }

        Memory part(long offset, long bytes) {
            return new Memory(places, from + Math.toIntExact(offset / UNIT), Math.toIntExact(bytes / UNIT));
        }

        /** The same bytes as elements of a type. */
        Memory as(DType type) {
            return new Memory(places, from, length, type.bytes() / UNIT, type == DType.BF16);
        }

        /** The same elements, each rounded when it is written. */
        Memory rounding() {
            return new Memory(places, from, length, step, true);
        }

        int count() {
            return length / step;
        }

        public double get(long place) {
            return places[checked(place)];
        }

        void set(long place, double value) {
            int first = checked(place);
            Arrays.fill(places, first, first + step, Double.NaN);
            places[first] = rounds ? BFloat16.round((float) value) : value;
        }

        public double[] copy() {
            return IntStream.range(0, count()).mapToDouble(this::get).toArray();
        }

        private int checked(long place) {
            if (place < 0 || place >= count()) {
                throw new AssertionError("element " + place + " of a buffer of " + count());
            }
            return from + (int) place * step;
        }
    }

    private LaunchInterpreter(Scheduled scheduled, Filled filled) {
        this.scheduled = scheduled;
        this.arena = Memory.unwritten(scheduled.memory().bytes());
        filled.state().forEach((name, array) -> state.put(name, Memory.of(array)));
        filled.inputs().forEach((name, array) -> inputs.put(name, Memory.of(array)));
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
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < buffers.size(); i++) {
            Memory memory = new Memory(buffers.get(i), 0, buffers.get(i).length);
            memories.add(launch.buffers().get(i).dtype() == DType.BF16 ? memory.rounding() : memory);
        }
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
                                ? Array.of(
                                        tensor.type(),
                                        results.get(name)
                                                .as(tensor.type().dtype())
                                                .copy())
                                : null));
        Map<String, Array> after = new HashMap<>();
        state.forEach((name, memory) ->
                after.put(name, Array.of(filled.state().get(name).type(), memory.copy())));
        return new Filled.Outcome(found, after);
    }

    private void run(BoundLaunch bound) {
        List<Memory> buffers = new ArrayList<>();
        for (int i = 0; i < bound.places().size(); i++) {
            Buffer buffer = bound.launch().buffers().get(i);
            Memory memory = memory(bound.places().get(i)).as(buffer.dtype());
            if (memory.count() < buffer.elements()) {
                throw new AssertionError(
                        "buffer " + i + " has " + memory.count() + " elements, not " + buffer.elements());
            }
            buffers.add(memory);
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
            case Place.Arena slot -> arena.part(slot.offset(), slot.bytes());
            case Place.Part part -> memory(part.whole()).part(part.offset(), part.bytes());
            case Place.State named -> state.get(named.name());
            case Place.Input named -> inputs.get(named.name());
            case Place.Result named ->
                results.computeIfAbsent(
                        named.name(), name -> Memory.unwritten(named.type().bytes()));
            case Place.Table table -> Memory.of(table(table.angles()));
        };
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
