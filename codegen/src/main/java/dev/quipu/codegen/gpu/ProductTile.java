package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;

/**
 * Some vectors of an operand, {@link ProductTiling#STEPS} steps of each, in a group's local memory: step by step. Work-items
 * with neighbouring numbers read neighbours in memory.
 *
 * @param array local memory of {@link #elements}
 * @param vectors how many
 * @param items work-items of the group
 */
record ProductTile(ProductOperand operand, Value.Variable array, int vectors, int items) {
    /** Work-items write a column of the tile where vectors are contiguous: with a gap the banks of local memory differ. */
    private static final int GAP = 4;

    static ProductTile of(Emitter emitter, ProductOperand operand, int vectors, int items) {
        Value.Variable array = new Value.Variable(emitter.fresh(operand.name() + "Tile"), KernelType.ARRAY);
        ProductTile tile = new ProductTile(operand, array, vectors, items);
        emitter.add(new Statement.Allocate(array, Statement.Sharing.GROUP, tile.elements()));
        return tile;
    }

    private int elements() {
        return ProductTiling.STEPS * stride();
    }

    /** Elements from step to step. */
    private int stride() {
        return operand.contiguous() ? vectors + GAP : vectors;
    }

    private Value place(Value step, Value vector) {
        return plus(times(step, stride()), vector);
    }

    /** What a block of registers reads of it: vectors that are so far apart. */
    RegisterBlock.Side side(Value vector, int apart) {
        return new RegisterBlock.Side(array, vector, apart, stride());
    }

    /** Where a work-item begins to fill the tile. */
    record Corner(Value vector, Value step) {}

    /** The corner of a work-item, to be computed before the loop over the depth. */
    Corner corner(Emitter emitter, Value item) {
        int inner = operand.contiguous() ? ProductTiling.STEPS : vectors;
        Coordinates coordinates = new Coordinates(emitter, item);
        String name = operand.name();
        if (operand.contiguous()) {
            Value step = coordinates.next(name + "Step", inner);
            return new Corner(coordinates.last(name + "Vector", items / inner), step);
        }
        Value vector = coordinates.next(name + "Vector", inner);
        return new Corner(vector, coordinates.last(name + "Step", items / inner));
    }

    /**
     * Fills the tile. Vectors behind the last are copies of it, which nobody uses; steps behind the last are zero.
     *
     * @param first number of the tile's first vector in the operand
     * @param from number of its first step
     */
    void fill(Emitter emitter, Memories memories, Value batch, Value first, Value from, Corner corner) {
        int rounds = vectors * ProductTiling.STEPS / items;
        if (rounds == 1) {
            fillOne(emitter, memories, batch, first, from, corner);
            return;
        }
        emitter.loop(operand.name() + "Round", integer(0), integer(rounds), 1, (body, round) -> {
            Corner moved = operand.contiguous()
                    ? new Corner(plus(corner.vector(), times(round, items / ProductTiling.STEPS)), corner.step())
                    : new Corner(corner.vector(), plus(corner.step(), times(round, items / vectors)));
            fillOne(body, memories, batch, first, from, moved);
        });
    }

    private void fillOne(Emitter emitter, Memories memories, Value batch, Value first, Value from, Corner corner) {
        Value vector = plus(first, corner.vector());
        if (operand.vectors() % vectors != 0) {
            vector = new Value.Binary(BinaryOperator.MIN, vector, integer(operand.vectors() - 1));
        }
        Value to = place(corner.step(), corner.vector());
        Value step = plus(from, corner.step());
        if (operand.depth() % ProductTiling.STEPS == 0) {
            Value element = memories.load(operand.buffer(), operand.place(batch, vector, step));
            emitter.add(new Statement.Store(array, to, element));
            return;
        }
        Value.Variable at = emitter.let(operand.name() + "At", step);
        Value.Variable element = emitter.let(operand.name() + "Element", Emitter.number(0, 1));
        Value.Variable source = emitter.let(operand.name() + "Source", vector);
        emitter.when(new Value.Compare(Comparison.LESS, at, integer(operand.depth())), inside -> {
            Value loaded = memories.load(operand.buffer(), operand.place(batch, source, at));
            inside.add(new Statement.Assign(element, loaded));
        });
        emitter.add(new Statement.Store(array, to, element));
    }
}
