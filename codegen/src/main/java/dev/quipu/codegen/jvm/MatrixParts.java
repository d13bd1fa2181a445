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
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The multiplying phase of a product. A part multiplies its rows with one panel of columns after the other. Where the
 * epilogue only writes the product, tiles of whole panels write it themselves; else they write a strip of scratch memory, a
 * part's rows of one panel, which the epilogue takes as soon as it is finished.
 */
final class MatrixParts {
    static final Value.Variable RIGHT_PANELS = new Value.Variable("rightPanels", KernelType.SEGMENT);

    private static final Value.Variable LEFT_PANELS = new Value.Variable("leftPanels", KernelType.ARRAY);
    private static final Value.Variable STRIPS = new Value.Variable("strips", KernelType.SEGMENT);
    private static final Value NOTHING = new Value.Literal(KernelType.LONG, 0);

    private final MatrixProduct product;
    private final TileLibrary library;
    private final MatrixBlocking blocking;
    private final MatrixPacks packs;
    private final List<Value.Variable> buffers;
    private final Epilogue epilogue;
    private final MatrixTiles tiles;
    private final MatrixTiles stripTiles;

    /** Buffer that tiles write themselves. */
    private final Optional<Integer> written;

    MatrixParts(MatrixBlocking blocking, MatrixPacks packs, List<Value.Variable> buffers, Epilogue epilogue) {
        this.product = blocking.product();
        this.library = blocking.library();
        this.blocking = blocking;
        this.packs = packs;
        this.buffers = buffers;
        this.epilogue = epilogue;
        this.written = epilogue.written();
        this.tiles = new MatrixTiles(blocking, "tiles", Math.multiplyExact(product.columns(), Float.BYTES));
        this.stripTiles = new MatrixTiles(blocking, "stripTiles", library.columns() * Float.BYTES);
    }

    /** How many column panels, from the first, are written by their tiles. */
    private int direct() {
        return written.isPresent() ? product.columns() / library.columns() : 0;
    }

    private boolean hasStrips() {
        return direct() < blocking.columnPanels();
    }

    List<Kernel.Scratch> scratch() {
        List<Kernel.Scratch> scratch = new ArrayList<>();
        long leftPanels = (long) blocking.rowPanelsOfPart() * library.leftPanel(blocking.blockDepth());
        scratch.add(new Kernel.Scratch(LEFT_PANELS, leftPanels, false));
        boolean shared = blocking.sharesRightPanels();
        long panels = shared ? (long) product.batch() * blocking.depthBlocks() * blocking.columnPanels() : 1;
        scratch.add(new Kernel.Scratch(RIGHT_PANELS, panels * library.rightPanel(blocking.blockDepth()), shared));
        if (hasStrips()) {
            int strips = blocking.depthBlocks() == 1 || direct() > 0 ? 1 : blocking.columnPanelsOfPart();
            scratch.add(new Kernel.Scratch(STRIPS, strips * stripBytes() / Float.BYTES, false));
        }
        return scratch;
    }

    private long stripBytes() {
        return (long) blocking.rowsOfPart() * library.columns() * Float.BYTES;
    }

    List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        if (direct() > 0) {
            methods.add(tiles.method());
        }
        if (hasStrips()) {
            methods.addAll(List.of(stripTiles.method(), epilogue.method(), epilogue.stripMethod(library.columns())));
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
        List.of(LEFT_PANELS, RIGHT_PANELS, STRIPS).forEach(scratch -> emitter.reserve(scratch.name()));
        int groups = blocking.groups();
        Value group = coordinate(emitter, "group", Kernel.PART, 1, groups);
        Value chunk = coordinate(emitter, "chunk", Kernel.PART, groups, blocking.chunks());
        Value batch = coordinate(emitter, "batch", Kernel.PART, groups * blocking.chunks(), product.batch());
        Value row = let(emitter, "row", times(chunk, blocking.rowsOfPart()));
        Value rows = let(emitter, "rows", count(blocking.rowsOfPart(), row, product.rows()));
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
        return new Kernel.Phase("multiply", blocking.parts(), emitter.statements());
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
                buffers.getFirst(), part.batch(), part.row(), block.k(), LEFT_PANELS, part.rows(), block.depth()));
        if (direct() > 0) {
            Value end = hasStrips() ? min(part.to(), direct()) : part.to();
            emitter.loop("panel", part.from(), end, 1, (body, panel) -> direct(body, part, block, panel));
        }
        if (direct() == 0) {
            emitter.loop("panel", part.from(), part.to(), 1, (body, panel) -> strip(body, part, block, panel));
        } else if (hasStrips()) {
            Value last = integer(direct());
            Value reached = new Value.Compare(Comparison.GREATER, part.to(), last);
            emitter.when(reached, body -> strip(body, part, block, last));
        }
    }

    private static Value min(Value value, int most) {
        return value instanceof Value.Literal
                ? integer(most)
                : new Value.Binary(BinaryOperator.MIN, value, integer(most));
    }

    /** Packs a right panel, if that was not done before, and gives its address. */
    private Value right(Emitter emitter, Part part, Block block, Value panel) {
        if (!blocking.sharesRightPanels()) {
            emitter.add(
                    packs.right(buffers.get(1), part.batch(), panel, block.k(), RIGHT_PANELS, NOTHING, block.depth()));
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
        Value to = buffers.get(written.orElseThrow());
        emitter.add(tiles.call(LEFT_PANELS, RIGHT_PANELS, right, to, at, part.rows(), block.depth(), block.k()));
    }

    private void strip(Emitter emitter, Part part, Block block, Value panel) {
        Value right = right(emitter, part, block, panel);
        boolean one = blocking.depthBlocks() == 1;
        Value at = one || direct() > 0 ? NOTHING : times(toLong(minus(panel, part.from())), stripBytes());
        emitter.add(
                stripTiles.call(LEFT_PANELS, RIGHT_PANELS, right, STRIPS, at, part.rows(), block.depth(), block.k()));
        Statement finish = epilogue.callStrip(STRIPS, at, firstRow(part), part.rows(), times(panel, library.columns()));
        Value end = plus(block.k(), block.depth());
        if (one) {
            emitter.add(finish);
        } else {
            Value isLast = new Value.Compare(Comparison.EQUAL, end, integer(product.depth()));
            emitter.when(isLast, body -> body.add(finish));
        }
    }

    /** The part's first row among those of all products. */
    private Value firstRow(Part part) {
        return plus(times(part.batch(), product.rows()), part.row());
    }
}
