package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.ArrayList;
import java.util.List;

/**
 * Reductions among the work-items of a group, which falls into segments of a power of two of them: four become one, again and
 * again, in local memory. Only statements that all items of the group reach may ask for one.
 */
final class GroupTree {
    private final Emitter emitter;
    private final int lanes;
    private final int segments;
    private final Value item;
    private final Value lane;
    private final Value segment;

    /** A reduction: each item brings a value of its own. */
    record Reduction(String name, BinaryOperator operator, Value part) {}

    /**
     * Segments of a group of {@code lanes * segments} items.
     *
     * @param lanes a power of two, 2 or more
     */
    GroupTree(Emitter emitter, int lanes, int segments) {
        this.emitter = emitter;
        this.lanes = lanes;
        this.segments = segments;
        this.item = emitter.let("item", new Value.WorkItem(Value.Numbering.ITEM));
        this.lane = segments == 1 ? item : emitter.let("lane", GpuForms.remainder(item, lanes));
        this.segment = segments == 1 ? Emitter.integer(0) : GpuForms.divide(item, lanes);
    }

    /** The item's number in its segment: INT. */
    Value lane() {
        return lane;
    }

    /** The segment's number in the group: INT. */
    Value segment() {
        return segment;
    }

    /** Numbers of the segment, the same for all its items; they share barriers. */
    List<Value> reduce(List<Reduction> reductions) {
        List<Value.Variable> arrays = new ArrayList<>();
        for (Reduction reduction : reductions) {
            Value.Variable array = new Value.Variable(emitter.fresh(reduction.name() + "_parts"), KernelType.ARRAY);
            arrays.add(array);
            // local memory belongs to the whole kernel, so it stands at its beginning
            emitter.statements().addFirst(new Statement.Allocate(array, Statement.Sharing.GROUP, lanes * segments));
            emitter.add(new Statement.Store(array, item, reduction.part()));
        }
        emitter.add(new Statement.Barrier());
        int left = lanes;
        while (left > 1) {
            int ways = left >= 4 ? 4 : 2;
            int next = left / ways;
            emitter.when(new Value.Compare(Comparison.LESS, lane, Emitter.integer(next)), body -> {
                for (int i = 0; i < arrays.size(); i++) {
                    body.add(step(arrays.get(i), reductions.get(i).operator(), ways, next));
                }
            });
            emitter.add(new Statement.Barrier());
            left = next;
        }
        List<Value> totals = new ArrayList<>();
        for (int i = 0; i < arrays.size(); i++) {
            Value first = segments == 1 ? Emitter.integer(0) : Emitter.minus(item, lane);
            totals.add(emitter.let(reductions.get(i).name(), new Value.Load(KernelType.FLOAT, arrays.get(i), first)));
        }
        return totals;
    }

    /** Two or four numbers, {@code distance} items apart, become one: first pairs, then the pairs' results. */
    private Statement step(Value.Variable array, BinaryOperator operator, int ways, int distance) {
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < ways; i++) {
            values.add(new Value.Load(KernelType.FLOAT, array, Emitter.plus(item, (long) i * distance)));
        }
        Value total = new Value.Binary(operator, values.get(0), values.get(1));
        if (ways == 4) {
            total = new Value.Binary(operator, total, new Value.Binary(operator, values.get(2), values.get(3)));
        }
        return new Statement.Store(array, item, total);
    }
}
