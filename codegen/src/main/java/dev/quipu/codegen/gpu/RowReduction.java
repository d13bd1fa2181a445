package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Rows of two and more columns with reductions: each belongs to a power of two of work-items, up to a whole group, and narrow
 * rows share a group. The items of a row take its columns in turn, then a tree in local memory makes one number of their
 * sums, which all of them read. The order of additions follows from the width alone. Rows past the end walk along, since
 * barriers are for all of a group, but store nothing.
 */
final class RowReduction {
    private static final int ITEMS = 256;

    private final Space space;
    private final Memories memories;
    private final StepValues values;
    private final int lanes;
    private final int rowsOfGroup;
    private final Emitter emitter;

    RowReduction(Space space, Memories memories, StepValues values) {
        this.space = space;
        this.memories = memories;
        this.values = values;
        this.lanes = Integer.highestOneBit(Math.min(ITEMS, space.width()));
        this.rowsOfGroup = (int) Math.min(space.rows(), ITEMS / lanes);
        this.emitter = memories.emitter();
    }

    GpuKernel kernel(String name) {
        int rows = Math.toIntExact(space.rows());
        int groups = Math.ceilDiv(rows, rowsOfGroup);
        int items = lanes * rowsOfGroup;
        GroupTree tree = new GroupTree(emitter, lanes, rowsOfGroup);
        Value number = Emitter.plus(
                groups == 1
                        ? Emitter.integer(0)
                        : Emitter.times(new Value.WorkItem(Value.Numbering.GROUP), rowsOfGroup),
                tree.segment());
        Optional<Value> inside = Optional.empty();
        if (rows % rowsOfGroup != 0) {
            Value wanted = emitter.let("wanted", number);
            inside = Optional.of(new Value.Compare(Comparison.LESS, wanted, Emitter.integer(rows)));
            number = new Value.Binary(BinaryOperator.MIN, wanted, Emitter.integer(rows - 1));
        }
        StepValues.Row row = values.row(emitter, rows == 1 ? Emitter.integer(0) : emitter.let("row", number));
        for (int layer = 1; layer <= values.graph().layers(); layer++) {
            reduce(row, values.graph().reductions(layer), tree);
            row.map(emitter, layer);
        }
        if (values.graph().layers() == 0) {
            emitter.add(new Statement.Barrier()); // all have read what a store replaces
        }
        Emitter stores = emitter.nested();
        store(stores, row, tree.lane());
        guarded(guarded(stores.statements(), row.exists()), inside).forEach(emitter::add);
        return new GpuKernel(name, List.of(), memories.all(), groups, items, emitter.statements());
    }

    private static List<Statement> guarded(List<Statement> statements, Optional<Value> condition) {
        return condition
                .map(value -> List.<Statement>of(new Statement.If(value, statements, List.of())))
                .orElse(statements);
    }

    private void reduce(StepValues.Row row, List<Step.Reduce> reductions, GroupTree tree) {
        List<Value> parts = new ArrayList<>();
        if (lanes == space.width()) {
            StepValues.Element element = row.element(emitter, tree.lane());
            for (Step.Reduce reduce : reductions) {
                parts.add(emitter.let(reduce.name() + "_part", element.lower(reduce.expression())));
            }
        } else {
            List<Value.Variable> sums = new ArrayList<>();
            for (Step.Reduce reduce : reductions) {
                double neutral = reduce.reduction() == Step.Reduction.SUM ? 0 : Double.NEGATIVE_INFINITY;
                sums.add(emitter.let(reduce.name() + "_part", Emitter.number(neutral, 1)));
            }
            columns(emitter, tree.lane(), (body, column) -> {
                StepValues.Element element = row.element(body, column);
                for (int i = 0; i < sums.size(); i++) {
                    Value value = element.lower(reductions.get(i).expression());
                    Value sum = new Value.Binary(operator(reductions.get(i)), sums.get(i), value);
                    body.add(new Statement.Assign(sums.get(i), sum));
                }
            });
            parts.addAll(sums);
        }
        List<GroupTree.Reduction> wanted = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Step.Reduce reduce = reductions.get(i);
            wanted.add(new GroupTree.Reduction(reduce.name(), operator(reduce), parts.get(i)));
        }
        List<Value> totals = tree.reduce(wanted);
        for (int i = 0; i < totals.size(); i++) {
            row.define(reductions.get(i).name(), totals.get(i));
        }
    }

    private static BinaryOperator operator(Step.Reduce reduce) {
        return reduce.reduction() == Step.Reduction.SUM ? BinaryOperator.ADD : BinaryOperator.MAX;
    }

    private void store(Emitter into, StepValues.Row row, Value lane) {
        if (!values.elementStores().isEmpty()) {
            columns(into, lane, (body, column) -> row.element(body, column).store());
        }
        if (!values.rowStores().isEmpty()) {
            into.when(new Value.Compare(Comparison.EQUAL, lane, Emitter.integer(0)), row::store);
        }
    }

    /** All columns of one item. */
    private void columns(Emitter into, Value lane, BiConsumer<Emitter, Value> body) {
        if (lanes == space.width()) {
            body.accept(into, lane);
        } else {
            into.loop("column", lane, Emitter.integer(space.width()), lanes, body::accept);
        }
    }
}
