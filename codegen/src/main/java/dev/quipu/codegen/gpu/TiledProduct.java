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
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Products in tiles: a group brings some steps of its rows and columns into local memory, where each work-item reads what its
 * block of registers needs. Every element is one sum in the order of the depth, or of a part of it.
 */
final class TiledProduct {
    /** A block of so many sums is better added up step by step for all work-items, on a CPU; TornadoVM unrolls no such steps. */
    private static final int MANY_SUMS = 64;

    private final ProductTiling tiling;
    private final MatrixProduct product;
    private final Memories memories;
    private final Emitter emitter;
    private final int itemRows;
    private final int itemColumns;

    TiledProduct(ProductTiling tiling, Memories memories) {
        this.tiling = tiling;
        this.product = tiling.product();
        this.memories = memories;
        this.emitter = memories.emitter();
        this.itemRows = tiling.tile().itemRows();
        this.itemColumns = tiling.tile().itemColumns();
    }

    /** The kernel, of which there is one for an instance of this class. */
    GpuKernel kernel(String name, ProductEnd end) {
        ProductTiling.Tile tile = tiling.tile();
        Value.Variable item = emitter.let("item", new Value.WorkItem(Value.Numbering.ITEM));
        Value.Variable group = emitter.let("group", new Value.WorkItem(Value.Numbering.GROUP));
        Coordinates coordinates = new Coordinates(emitter, group);
        Value firstColumn = first("firstColumn", coordinates.next("columnTile", tiling.columnTiles()), tile.columns());
        Value firstRow = first("firstRow", coordinates.next("rowTile", tiling.rowTiles()), tile.rows());
        Value part = coordinates.next("part", tiling.parts());
        Value batch = coordinates.last("batch", product.batch());
        int itemsAcross = tile.columns() / itemColumns;
        Value row = emitter.let("itemRow", times(line(item, itemsAcross), itemRows));
        Value column = emitter.let("itemColumn", GpuForms.remainder(item, itemsAcross));
        RegisterBlock sums = RegisterBlock.zeros(emitter, "sum", itemRows, itemColumns);
        Operands operands = operands(batch, firstRow, firstColumn, item);
        Value steps = steps(item);
        Value from = times(part, tiling.stepsOfPart());
        Value to = tiling.parts() == 1
                ? integer(product.depth())
                : emitter.let(
                        "end",
                        new Value.Binary(
                                BinaryOperator.MIN, plus(from, tiling.stepsOfPart()), integer(product.depth())));
        emitter.loop("depth", from, to, ProductTiling.STEPS, (body, depth) -> {
            operands.fill(body, depth);
            body.add(new Statement.Barrier());
            RegisterBlock.add(
                    body,
                    "step",
                    steps,
                    new RegisterBlock.Product(
                            operands.left.side(row, 1), operands.right.side(column, columnStep()), sums));
            body.add(new Statement.Barrier());
        });
        elements(
                plus(firstRow, row),
                plus(firstColumn, column),
                sums,
                (body, i) -> end.row(body, part, plus(times(batch, product.rows()), i)));
        return new GpuKernel(name, List.of(), memories.all(), tiling.groups(), tile.items(), emitter.statements());
    }

    /**
     * The line of blocks of a work-item. The minimum changes nothing: without it, LLVM may fold the quotient into the product
     * that gives the line's first row, and then no longer sees that the block's rows are neighbours in the tile, which costs a
     * CPU most of its speed.
     */
    private Value line(Value item, int itemsAcross) {
        Value line = GpuForms.divide(item, itemsAcross);
        int last = tiling.tile().items() / itemsAcross - 1;
        return new Value.Binary(BinaryOperator.MIN, line, integer(last));
    }

    /**
     * How many steps of a tile to add: all. For blocks that are not the largest this is a minimum with what depends on the
     * work-item, so that TornadoVM does not see a constant and unroll all steps, which it else does or not by how the operands
     * are stored; a GPU's compiler unrolls some. On a CPU, which computes one work-item after the other, each then has all of
     * its steps at once, with its sums in registers.
     */
    private Value steps(Value item) {
        Value all = integer(ProductTiling.STEPS);
        if (itemRows * itemColumns >= MANY_SUMS) {
            return all;
        }
        return emitter.let("steps", new Value.Binary(BinaryOperator.MIN, all, plus(item, ProductTiling.STEPS)));
    }

    private Operands operands(Value batch, Value firstRow, Value firstColumn, Value item) {
        ProductTiling.Tile tile = tiling.tile();
        ProductTile left = ProductTile.of(emitter, ProductOperand.left(product), tile.rows(), tile.items());
        ProductTile right = ProductTile.of(emitter, ProductOperand.right(product), tile.columns(), tile.items());
        return new Operands(
                memories,
                batch,
                left,
                firstRow,
                left.corner(emitter, item),
                right,
                firstColumn,
                right.corner(emitter, item));
    }

    /** Both operands' tiles, and from where they are filled. */
    private record Operands(
            Memories memories,
            Value batch,
            ProductTile left,
            Value firstRow,
            ProductTile.Corner leftCorner,
            ProductTile right,
            Value firstColumn,
            ProductTile.Corner rightCorner) {
        void fill(Emitter body, Value depth) {
            left.fill(body, memories, batch, firstRow, depth, leftCorner);
            right.fill(body, memories, batch, firstColumn, depth, rightCorner);
        }
    }

    /** A work-item's columns lie as far apart as there are work-items beside it: those read and write neighbours. */
    private int columnStep() {
        return tiling.tile().columns() / itemColumns;
    }

    private Value first(String name, Value tile, int size) {
        return tile instanceof Value.Literal ? tile : emitter.let(name, times(tile, size));
    }

    /** Those elements of the block that exist, by a loop: unrolled code of long epilogues would be most of the kernel. */
    private void elements(
            Value firstRow, Value firstColumn, RegisterBlock sums, BiFunction<Emitter, Value, ProductEnd.Row> ends) {
        Value.Variable block = new Value.Variable(emitter.fresh("block"), KernelType.ARRAY);
        int size = itemRows * itemColumns;
        if (size > 1) {
            emitter.add(new Statement.Allocate(block, Statement.Sharing.ITEM, size));
            for (int i = 0; i < size; i++) {
                emitter.add(new Statement.Store(block, integer(i), sums.at(i / itemColumns, i % itemColumns)));
            }
        }
        repeat(emitter, "i", itemRows, (rows, i) -> {
            Value row = ProductEnd.atom(rows, "row", plus(firstRow, i));
            within(rows, row, product.rows(), tiling.tile().rows(), inside -> {
                ProductEnd.Row end = ends.apply(inside, row);
                repeat(inside, "j", itemColumns, (columns, j) -> {
                    Value column = ProductEnd.atom(columns, "column", plus(firstColumn, times(j, columnStep())));
                    Value place = plus(times(i, itemColumns), j);
                    Value sum = size > 1 ? GpuForms.element(block, place) : sums.at(0, 0);
                    within(
                            columns,
                            column,
                            product.columns(),
                            tiling.tile().columns(),
                            body -> end.element(body, column, sum));
                });
            });
        });
    }

    private static void repeat(Emitter outer, String name, int times, BiConsumer<Emitter, Value> body) {
        if (times == 1) {
            body.accept(outer, integer(0));
        } else {
            outer.loop(name, integer(0), integer(times), 1, body::accept);
        }
    }

    private static void within(Emitter outer, Value place, int size, int tile, Consumer<Emitter> body) {
        if (size % tile == 0) {
            body.accept(outer);
        } else {
            outer.when(new Value.Compare(Comparison.LESS, place, integer(size)), body);
        }
    }
}
