package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.List;
import java.util.function.BiConsumer;

/** Kernels with a work-item for each of a number of elements, neighbours side by side, and no barriers. */
final class ElementGrid {
    private static final int ITEMS = 256;

    private ElementGrid() {}

    /**
     * A kernel.
     *
     * @param body what an item does, with the number of its element: an INT variable
     */
    static GpuKernel kernel(String name, Memories memories, long elements, BiConsumer<Emitter, Value> body) {
        int count = Math.toIntExact(elements);
        int items = Math.min(ITEMS, count);
        int groups = Math.ceilDiv(count, items);
        Emitter emitter = memories.emitter();
        Value item = new Value.WorkItem(Value.Numbering.ITEM);
        Value first =
                groups == 1 ? Emitter.integer(0) : Emitter.times(new Value.WorkItem(Value.Numbering.GROUP), items);
        Value element = emitter.let("element", Emitter.plus(first, item));
        if (count % items == 0) {
            body.accept(emitter, element);
        } else {
            Value inside = new Value.Compare(Comparison.LESS, element, Emitter.integer(count));
            emitter.when(inside, within -> body.accept(within, element));
        }
        return new GpuKernel(name, List.of(), memories.all(), groups, items, emitter.statements());
    }
}
