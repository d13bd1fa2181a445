package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Space;
import java.util.List;

/**
 * Row programs on GPUs. Without reductions each element is a work-item's own, neighbours side by side; rows that are reduced
 * belong to several, see {@link RowReduction}.
 */
final class RowLowering {
    private static final int ITEMS = 256;

    private RowLowering() {}

    static GpuKernel lower(String name, RowProgram program) {
        Memories memories = Memories.of(program.buffers(), program.steps());
        StepValues values = new StepValues(memories, program.space(), program.steps());
        return values.graph().layers() > 0 || updatesRowValues(values)
                ? new RowReduction(program.space(), memories, values).kernel(name)
                : elements(name, program.space(), memories, values);
    }

    /** Whether a number of the row is replaced that all elements of the row read: they have to wait for each other. */
    private static boolean updatesRowValues(StepValues values) {
        return values.rowStores().stream().anyMatch(store -> values.graph().isLoaded(store.access().buffer()));
    }

    private static GpuKernel elements(String name, Space space, Memories memories, StepValues values) {
        int elements = Math.toIntExact(space.elements());
        int items = Math.min(ITEMS, elements);
        int groups = Math.ceilDiv(elements, items);
        Emitter emitter = memories.emitter();
        Value item = new Value.WorkItem(Value.Numbering.ITEM);
        Value first = groups == 1
                ? Emitter.integer(0)
                : Emitter.times(new Value.WorkItem(Value.Numbering.GROUP), items);
        Value element = emitter.let("element", Emitter.plus(first, item));
        if (elements % items == 0) {
            element(emitter, space, values, element);
        } else {
            Value inside = new Value.Compare(Comparison.LESS, element, Emitter.integer(elements));
            emitter.when(inside, body -> element(body, space, values, element));
        }
        return new GpuKernel(name, List.of(), memories.all(), groups, items, emitter.statements());
    }

    private static void element(Emitter emitter, Space space, StepValues values, Value element) {
        Coordinates coordinates = new Coordinates(emitter, element);
        boolean oneRow = space.rows() == 1;
        Value column = oneRow ? element : coordinates.next("column", space.width());
        Value number = oneRow ? Emitter.integer(0) : coordinates.last("row", Math.toIntExact(space.rows()));
        StepValues.Row row = values.row(emitter, number);
        row.exists()
                .ifPresentOrElse(
                        exists -> emitter.when(exists, body -> store(body, values, row, column)),
                        () -> store(emitter, values, row, column));
    }

    private static void store(Emitter emitter, StepValues values, StepValues.Row row, Value column) {
        row.element(emitter, column).store();
        if (!values.rowStores().isEmpty()) {
            Value first = new Value.Compare(Comparison.EQUAL, column, Emitter.integer(0));
            emitter.when(first, row::store);
        }
    }
}
