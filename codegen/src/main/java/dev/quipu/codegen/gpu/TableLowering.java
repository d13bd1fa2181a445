package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.Scatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a table by ids, and their gradients, on GPUs. A scatter adds without atomics: the first place that has an id adds the
 * rows of all places that have it, in order. A kernel before it finds out which place is the first, how often its id occurs,
 * and for every place which one is next: {@code count * count} comparisons, far less than what count * width floats take to
 * move until count is many times the width.
 */
final class TableLowering {
    private static final int IDS = 0;
    private static final int ROWS = 1;
    private static final int TABLE = 2;
    /** Floats hold integers exactly up to here. */
    private static final int MOST_PLACES = 1 << 24;

    private final Scatter scatter;
    private final Memories memories;

    private TableLowering(Scatter scatter) {
        this.scatter = scatter;
        this.memories = Memories.of(scatter.buffers(), List.of(), "ids", "rows", "table")
                .withScratch("occurrences");
        if (scatter.count() > MOST_PLACES) {
            throw new AssertionError("places that floats cannot number: " + scatter.count());
        }
    }

    static GpuKernel gather(String name, Gather gather) {
        Memories memories = Memories.of(gather.buffers(), List.of(), "table", "ids", "rows");
        long elements = (long) gather.count() * gather.width();
        return ElementGrid.kernel(name, memories, elements, (emitter, element) -> {
            Coordinates coordinates = new Coordinates(emitter, element);
            Value column = coordinates.next("column", gather.width());
            Value id = emitter.let("id", memories.load(1, coordinates.last("place", gather.count())));
            Value from = Emitter.plus(Emitter.times(id, gather.width()), column);
            emitter.add(memories.store(2, element, memories.load(0, from)));
        });
    }

    static GpuLowering.Lowered scatter(String name, Scatter scatter) {
        return new TableLowering(scatter).lower(name);
    }

    private GpuLowering.Lowered lower(String name) {
        List<GpuKernel> kernels = new ArrayList<>();
        kernels.add(ElementGrid.kernel(name, memories, scatter.count(), this::occurrences));
        if (!scatter.accumulate()) {
            long elements = (long) scatter.tableRows() * scatter.width();
            kernels.add(ElementGrid.kernel(
                    name + "_clear",
                    memories,
                    elements,
                    (emitter, element) -> emitter.add(memories.store(TABLE, element, Emitter.number(0, 1)))));
        }
        long elements = (long) scatter.count() * scatter.width();
        kernels.add(ElementGrid.kernel(name + "_add", memories, elements, this::add));
        return new GpuLowering.Lowered(kernels, List.of(2L * scatter.count()));
    }

    /** Writes how many places have the id of this one, 0 when it is not their first, and the next place that has it. */
    private void occurrences(Emitter emitter, Value place) {
        int count = scatter.count();
        Value id = emitter.let("id", memories.load(IDS, place));
        Value.Variable earlier = emitter.let("earlier", Emitter.integer(0));
        emitter.loop("other", Emitter.integer(0), place, 1, (body, other) -> {
            Value same = new Value.Compare(Comparison.EQUAL, memories.load(IDS, other), id);
            Value more = new Value.Select(same, Emitter.plus(earlier, 1L), earlier);
            body.add(new Statement.Assign(earlier, more));
        });
        Value.Variable found = emitter.let("found", Emitter.integer(1));
        Value.Variable next = emitter.let("next", Emitter.integer(count));
        emitter.loop("later", Emitter.plus(place, 1L), Emitter.integer(count), 1, (body, later) -> {
            Value same = new Value.Compare(Comparison.EQUAL, memories.load(IDS, later), id);
            body.when(same, match -> {
                match.add(new Statement.Assign(found, Emitter.plus(found, 1L)));
                match.add(new Statement.Assign(next, new Value.Binary(BinaryOperator.MIN, next, later)));
            });
        });
        Value first = new Value.Compare(Comparison.EQUAL, earlier, Emitter.integer(0));
        Value occurrences = new Value.Select(first, found, Emitter.integer(0));
        emitter.add(memories.store(memories.last(), place, new Value.Unary(UnaryOperator.TO_FLOAT, occurrences)));
        emitter.add(memories.store(
                memories.last(), Emitter.plus(place, count), new Value.Unary(UnaryOperator.TO_FLOAT, next)));
    }

    /** Adds a column of all rows of an id, where this place is the first that has it. */
    private void add(Emitter emitter, Value element) {
        Coordinates coordinates = new Coordinates(emitter, element);
        Value column = coordinates.next("column", scatter.width());
        Value place = coordinates.last("place", scatter.count());
        Value occurrences = emitter.let("occurrences", integer(place));
        emitter.when(new Value.Compare(Comparison.GREATER, occurrences, Emitter.integer(0)), body -> {
            Value id = memories.load(IDS, place);
            Value at = body.let("at", Emitter.plus(Emitter.times(id, scatter.width()), column));
            Value before = scatter.accumulate() ? memories.load(TABLE, at) : Emitter.number(0, 1);
            Value.Variable total = body.let("total", before);
            Value.Variable current = body.let("current", place);
            body.loop("occurrence", Emitter.integer(0), occurrences, 1, (loop, occurrence) -> {
                Value from = Emitter.plus(Emitter.times(current, scatter.width()), column);
                loop.add(new Statement.Assign(total, Emitter.plus(total, memories.load(ROWS, from))));
                loop.add(new Statement.Assign(current, integer(Emitter.plus(current, scatter.count()))));
            });
            body.add(memories.store(TABLE, at, total));
        });
    }

    private Value integer(Value place) {
        return new Value.Unary(UnaryOperator.TO_INT, memories.load(memories.last(), place));
    }
}
