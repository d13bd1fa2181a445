package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.ArrayList;
import java.util.List;

/**
 * The multiplying phase of a product. A part multiplies its rows with one panel of columns after the other. Where the
 * epilogue only writes the product, tiles of whole panels write it themselves; else they write scratch memory, where the
 * epilogue takes the part's rows when they are finished; of a transposed product they are turned before.
 */
final class MatrixParts {
    static final Value.Variable RIGHT_PANELS = new Value.Variable("rightPanels", KernelType.SEGMENT);

    private static final Value.Variable LEFT_PANELS = new Value.Variable("leftPanels", KernelType.ARRAY);
    private static final Value NOTHING = new Value.Literal(KernelType.LONG, 0);

    private final MatrixProduct product;
    private final TileLibrary library;
    private final MatrixBlocking blocking;
    private final MatrixPacks packs;
    private final List<Value.Variable> buffers;
    private final Epilogue epilogue;
    private final MatrixTiles tiles;
    private final MatrixTiles keptTiles;
    private final KeptProduct kept;

    MatrixParts(MatrixBlocking blocking, MatrixPacks packs, List<Value.Variable> buffers, Epilogue epilogue) {
        this.product = blocking.product();
        this.library = blocking.library();
        this.blocking = blocking;
        this.packs = packs;
        this.buffers = buffers;
        this.epilogue = epilogue;
        this.tiles = new MatrixTiles(blocking, "tiles", Math.multiplyExact(product.columns(), Float.BYTES));
        this.kept = new KeptProduct(library, blocking.keptRowBytes(), blocking.turnedRowBytes());
        this.keptTiles = new MatrixTiles(blocking, "keptTiles", blocking.keptRowBytes());
    }

    List<Kernel.Scratch> scratch() {
        List<Kernel.Scratch> scratch = new ArrayList<>();
        long leftPanels = (long) blocking.mostRowPanels() * blocking.leftPanel();
        scratch.add(new Kernel.Scratch(LEFT_PANELS, leftPanels, false));
        boolean shared = blocking.sharesRightPanels();
        long panels = shared ? (long) product.batch() * blocking.depthBlocks() * blocking.columnPanels() : 1;
        scratch.add(new Kernel.Scratch(RIGHT_PANELS, panels * library.rightPanel(blocking.blockDepth()), shared));
        scratch.add(TileProduct.scratch(library));
        if (blocking.keepsAny()) {
            int rows = blocking.mostRowPanels() * library.rows();
            scratch.add(kept.scratch(blocking.swaps() ? blocking.wholeVectors(rows) : rows));
        }
        if (blocking.swaps()) {
            scratch.add(kept.turnedScratch(blocking.columnPanelsOfPart() * library.columns()));
        }
        return scratch;
    }

    List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        if (blocking.directPanels() > 0) {
            methods.add(tiles.method());
        }
        if (blocking.keepsAny()) {
            int rowBytes = blocking.swaps() ? blocking.turnedRowBytes() : blocking.keptRowBytes();
            methods.addAll(List.of(keptTiles.method(), epilogue.method(), epilogue.rowsMethod(rowBytes)));
        }
        return methods;
    }

    /** {@code (number / inner) % size}, without what is known. */
    static Value coordinate(Emitter emitter, String name, Value number, int inner, int size) {
        if (size == 1) {
            return integer(0);
        }
        Value divided = inner == 1 ? number : new Value.Binary(BinaryOperator.DIVIDE, number, integer(inner));
        return emitter.let(name, new Value.Binary(BinaryOperator.REMAINDER, divided, integer(size)));
    }

    /** {@code min(size, all - from)}. */
    static Value least(int size, Value from, int all) {
        return all % size == 0
                ? integer(size)
                : new Value.Binary(BinaryOperator.MIN, integer(size), minus(integer(all), from));
    }

    /** What a part computes: some rows of one product of the batch, and column panels. */
    private record Part(Value batch, Value row, Value rows, Value from, Value to) {}

    /** Some steps of depth. */
    private record Block(Value k, Value depth) {}

    Kernel.Phase phase() {
        Emitter emitter = new Emitter();
        emitter.reserve(Kernel.PART.name());
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        List.of(LEFT_PANELS, RIGHT_PANELS, KeptProduct.KEPT, KeptProduct.TURNED, TileProduct.TILE)
                .forEach(scratch -> emitter.reserve(scratch.name()));
        int groups = blocking.groups();
        Value group = coordinate(emitter, "group", Kernel.PART, 1, groups);
        Value chunk = coordinate(emitter, "chunk", Kernel.PART, groups, blocking.chunks());
        Value batch = coordinate(emitter, "batch", Kernel.PART, groups * blocking.chunks(), product.batch());
        Value row = let(emitter, "row", times(chunk, blocking.rowsOfPart()));
        Value rows = let(emitter, "rows", rows(chunk));
        Value from = let(emitter, "from", times(group, blocking.columnPanelsOfPart()));
        Value panels = count(blocking.columnPanelsOfPart(), from, blocking.columnPanels());
        Value to = groups == 1 ? panels : let(emitter, "to", plus(from, panels));
        Part part = new Part(batch, row, rows, from, to);
        if (blocking.depthBlocks() == 1) {
            multiply(emitter, part, new Block(integer(0), integer(product.depth())));
        } else {
            emitter.loop("k", integer(0), integer(product.depth()), blocking.blockDepth(), (body, k) -> {
                Value depth = let(body, "depth", least(blocking.blockDepth(), k, product.depth()));
                multiply(body, part, new Block(k, depth));
            });
        }
        if (blocking.swaps()) {
            turn(emitter, part);
        } else if (blocking.keepsAny()) {
            finish(emitter, part);
        }
        return new Kernel.Phase("multiply", blocking.parts(), emitter.statements());
    }

    /** How many rows a part has. */
    private Value rows(Value chunk) {
        int rows = blocking.rowsOfPart();
        int more = blocking.lastRows() - rows;
        if (blocking.chunks() == 1 || more == 0) {
            return integer(rows + more);
        }
        Value isLast = new Value.Binary(BinaryOperator.DIVIDE, plus(chunk, 1), integer(blocking.chunks()));
        return plus(integer(rows), times(isLast, more));
    }

    private static Value let(Emitter emitter, String name, Value value) {
        return value instanceof Value.Literal ? value : emitter.let(name, value);
    }

    /** {@link #least}, where one part may hold all. */
    private static Value count(int size, Value from, int all) {
        return size >= all ? integer(all) : least(size, from, all);
    }

    private void multiply(Emitter emitter, Part part, Block block) {
        emitter.add(packs.left(
                buffers.get(blocking.left().buffer()),
                part.batch(),
                part.row(),
                block.k(),
                LEFT_PANELS,
                part.rows(),
                block.depth()));
        int direct = blocking.directPanels();
        if (direct > 0) {
            Value end = blocking.keepsAny() ? min(part.to(), direct) : part.to();
            emitter.loop("panel", part.from(), end, 1, (body, panel) -> direct(body, part, block, panel));
        }
        if (direct == 0) {
            emitter.loop("panel", part.from(), part.to(), 1, (body, panel) -> keep(body, part, block, panel));
        } else if (blocking.keepsAny()) {
            emitter.when(reachesLast(part), body -> keep(body, part, block, integer(direct)));
        }
    }

    /** Whether a part has the columns behind the last whole panel. */
    private Value reachesLast(Part part) {
        return new Value.Compare(Comparison.GREATER, part.to(), integer(blocking.directPanels()));
    }

    private static Value min(Value value, int most) {
        return value instanceof Value.Literal
                ? integer(most)
                : new Value.Binary(BinaryOperator.MIN, value, integer(most));
    }

    /** Packs a right panel, if that was not done before, and gives its address. */
    private Value right(Emitter emitter, Part part, Block block, Value panel) {
        if (!blocking.sharesRightPanels()) {
            Value source = buffers.get(blocking.right().buffer());
            emitter.add(packs.right(source, part.batch(), panel, block.k(), RIGHT_PANELS, NOTHING, block.depth()));
            return NOTHING;
        }
        Value blocks = times(part.batch(), blocking.depthBlocks());
        Value before = blocking.depthBlocks() == 1
                ? blocks
                : plus(blocks, new Value.Binary(BinaryOperator.DIVIDE, block.k(), integer(blocking.blockDepth())));
        return times(toLong(plus(times(before, blocking.columnPanels()), panel)), blocking.rightPanelBytes());
    }

    private void direct(Emitter emitter, Part part, Block block, Value panel) {
        Value right = right(emitter, part, block, panel);
        Value at = plus(
                times(toLong(firstRow(part)), (long) product.columns() * Float.BYTES),
                times(toLong(panel), (long) library.columns() * Float.BYTES));
        Value to = buffers.get(epilogue.written().orElseThrow());
        emitter.add(tiles.call(LEFT_PANELS, RIGHT_PANELS, right, to, at, part.rows(), block.depth(), block.k()));
    }

    private void keep(Emitter emitter, Part part, Block block, Value panel) {
        Value right = right(emitter, part, block, panel);
        Value at = blocking.directPanels() > 0
                ? NOTHING
                : times(toLong(minus(panel, part.from())), (long) library.columns() * Float.BYTES);
        emitter.add(keptTiles.call(
                LEFT_PANELS, RIGHT_PANELS, right, KeptProduct.KEPT, at, part.rows(), block.depth(), block.k()));
    }

    private void finish(Emitter emitter, Part part) {
        Value rows = part.rows();
        int columns = library.columns();
        if (blocking.directPanels() > 0) {
            Value from = integer((long) blocking.directPanels() * columns);
            Value all = integer(product.columns());
            emitter.when(
                    reachesLast(part),
                    body -> body.add(epilogue.callRows(KeptProduct.KEPT, firstRow(part), rows, from, all)));
            return;
        }
        emitter.add(epilogue.callRows(
                KeptProduct.KEPT, firstRow(part), rows, times(part.from(), columns), lastColumn(part)));
    }

    /** Behind the part's last column. */
    private Value lastColumn(Part part) {
        Value end = times(part.to(), library.columns());
        int columns = blocking.right().lines();
        return columns % library.columns() == 0 ? end : min(end, columns);
    }

    /** The columns of a part that swaps are rows of the product. */
    private void turn(Emitter emitter, Part part) {
        Value first = times(part.from(), library.columns());
        Value count = let(emitter, "count", minus(lastColumn(part), first));
        kept.turn(emitter, part.rows(), count);
        Value row = plus(times(part.batch(), product.rows()), first);
        emitter.add(epilogue.callRows(KeptProduct.TURNED, row, count, part.row(), plus(part.row(), part.rows())));
    }

    /** The part's first row among those of all products. */
    private Value firstRow(Part part) {
        return plus(times(part.batch(), product.rows()), part.row());
    }
}
