package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;

/**
 * Row programs on GPUs. Without reductions each element is a work-item's own; rows that are reduced belong to several, see
 * {@link RowReduction}.
 */
final class RowLowering {
    private final Space space;
    private final StepValues values;

    private RowLowering(Space space, StepValues values) {
        this.space = space;
        this.values = values;
    }

    static GpuKernel lower(String name, RowProgram program) {
        Space space = program.space();
        Memories memories = Memories.of(program.buffers(), program.steps());
        StepValues values = new StepValues(memories, space, program.steps());
        boolean reduces = values.graph().layers() > 0 && space.width() > 1;
        return reduces || updatesRowValues(values)
                ? new RowReduction(space, memories, values).kernel(name)
                : ElementGrid.kernel(name, memories, space.elements(), new RowLowering(space, values)::element);
    }

    /** Whether a number of the row is replaced that all elements of the row read: they have to wait for each other. */
    private static boolean updatesRowValues(StepValues values) {
        return values.rowStores().stream()
                .anyMatch(store -> values.graph().isLoaded(store.access().buffer()));
    }

    private void element(Emitter emitter, Value element) {
        Coordinates coordinates = new Coordinates(emitter, element);
        boolean oneRow = space.rows() == 1;
        Value column = oneRow ? element : coordinates.next("column", space.width());
        Value number = oneRow ? Emitter.integer(0) : coordinates.last("row", Math.toIntExact(space.rows()));
        StepValues.Row row = values.row(emitter, number);
        row.exists()
                .ifPresentOrElse(
                        exists -> emitter.when(exists, body -> store(body, row, column)),
                        () -> store(emitter, row, column));
    }

    private void store(Emitter emitter, StepValues.Row row, Value column) {
        for (int layer = 1; layer <= values.graph().layers(); layer++) { // of one column, which is its own sum
            StepValues.Element only = row.element(emitter, column);
            for (Step.Reduce reduce : values.graph().reductions(layer)) {
                row.define(reduce.name(), emitter.let(reduce.name(), only.lower(reduce.expression())));
            }
            row.map(emitter, layer);
        }
        row.element(emitter, column).store();
        if (!values.rowStores().isEmpty()) {
            Value first = new Value.Compare(Comparison.EQUAL, column, Emitter.integer(0));
            emitter.when(first, row::store);
        }
    }
}
