package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.number;
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
import dev.quipu.codegen.launch.Step;
import java.util.List;

/**
 * Products whose factors both have the depth along their rows: a sum of outer products of rows, which the gradient of a weight
 * is, over all tokens. Nothing is packed: a step of a tile is a few neighbours of a row of each factor, and what packing would
 * move costs more than the way from row to row. A part multiplies its columns of the left factor with its columns of the
 * right one, a block of rows after the other, into the product where it lies. Its columns of the left factor are often those
 * that no core has in cache: they are read before they are needed, because a loop of nothing else waits for more of them at a
 * time than tiles do.
 */
final class OuterProduct {
    private static final String FETCH = "fetch";
    private static final String TILES = "tiles";

    /** Bytes of a cache line. */
    private static final int LINE = 64;

    private static final Value.Variable LEFT = new Value.Variable("left", KernelType.SEGMENT);
    private static final Value.Variable RIGHT = new Value.Variable("right", KernelType.SEGMENT);
    private static final Value.Variable TO = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable FROM_PANEL = new Value.Variable("from", KernelType.INT);
    private static final Value.Variable TO_PANEL = new Value.Variable("to", KernelType.INT);
    private static final Value.Variable COLUMN_PANEL = new Value.Variable("columnPanel", KernelType.INT);
    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);
    private static final Value.Variable AT = new Value.Variable("at", KernelType.LONG);
    private static final Value.Variable PLACE = new Value.Variable("place", KernelType.LONG);
    private static final Value.Variable COUNT = new Value.Variable("count", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);

    private final MatrixProduct product;
    private final TileLibrary library;
    private final OuterBlocking blocking;
    private final List<Value.Variable> buffers;
    private final Step.Store store;

    private OuterProduct(MatrixProduct product, int lanes) {
        this.product = product;
        this.library = new TileLibrary(lanes);
        this.blocking = OuterBlocking.of(product, library);
        this.buffers = Segments.of(product.buffers(), product.epilogue(), "left", "right");
        this.store = new Epilogue(product, buffers, lanes).whole().orElseThrow();
    }

    /**
     * Whole panels of columns, which tiles write or add where the product lies, and factors in which INTs count a block's bytes, as
     * tiles do.
     */
    static boolean suits(MatrixProduct product, int lanes) {
        TileLibrary library = new TileLibrary(lanes);
        return product.batch() == 1
                && product.transposeLeft()
                && !product.transposeRight()
                && product.rows() >= library.rows()
                && product.columns() % library.columns() == 0
                && OuterBlocking.of(product, library).mostBytes() <= Integer.MAX_VALUE
                && new Epilogue(product, List.of(), lanes).whole().isPresent();
    }

    static Kernel lower(String name, MatrixProduct product, int lanes) {
        return new OuterProduct(product, lanes).kernel(name);
    }

    private Kernel kernel(String name) {
        List<Kernel.Scratch> scratch = List.of(TileProduct.scratch(library));
        return new Kernel(name, List.of(), buffers, scratch, List.of(phase()), List.of(fetch(), tiles()));
    }

    private Kernel.Phase phase() {
        Emitter emitter = new Emitter();
        emitter.reserve(Kernel.PART.name());
        emitter.reserve(TileProduct.TILE.name());
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        Value group = MatrixParts.coordinate(emitter, "group", Kernel.PART, 1, blocking.groups());
        Value chunk = MatrixParts.coordinate(emitter, "chunk", Kernel.PART, blocking.groups(), blocking.chunks());
        Value row = emitter.let("row", times(chunk, blocking.rowPanelsOfPart()));
        Value rowEnd = emitter.let(
                "rowEnd", plus(row, MatrixParts.least(blocking.rowPanelsOfPart(), row, blocking.rowPanels())));
        Value column = emitter.let("column", times(group, blocking.columnPanelsOfPart()));
        Value columnEnd = emitter.let(
                "columnEnd",
                plus(column, MatrixParts.least(blocking.columnPanelsOfPart(), column, blocking.columnPanels())));
        Value to = buffers.get(store.access().buffer());
        Value count = emitter.let("count", fetched(row, rowEnd));
        emitter.loop("k", integer(0), integer(product.depth()), blocking.depth(), (block, k) -> {
            Value depth = block.let("depth", MatrixParts.least(blocking.depth(), k, product.depth()));
            Value at = plus(times(toLong(k), leftStep()), times(toLong(row), (long) library.rows() * Float.BYTES));
            block.add(new Statement.Call(FETCH, List.of(buffers.getFirst(), at, count, depth, TileProduct.TILE)));
            block.loop("panel", column, columnEnd, 1, (body, panel) -> {
                body.add(new Statement.Call(
                        TILES,
                        List.of(buffers.get(0), buffers.get(1), to, row, rowEnd, panel, k, depth, TileProduct.TILE)));
            });
        });
        return new Kernel.Phase("multiply", blocking.chunks() * blocking.groups(), emitter.statements());
    }

    /** Whole vectors of a row of the left factor, as far as the part's columns go. */
    private Value fetched(Value row, Value rowEnd) {
        Value columns = times(minus(rowEnd, row), library.rows());
        Value most = minus(integer(product.rows()), times(row, library.rows()));
        Value exist =
                product.rows() % library.rows() == 0 ? columns : new Value.Binary(BinaryOperator.MIN, columns, most);
        return minus(exist, integer(library.lanes() - 1L));
    }

    /** Reads a vector of nearly every cache line; what it makes of them is stored, or the JIT would read nothing. */
    private Method fetch() {
        List<Value.Variable> parameters = List.of(LEFT, AT, COUNT, DEPTH, TileProduct.TILE);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        Value.Variable sum = emitter.let("sum", number(0, library.lanes()));
        emitter.loop("row", integer(0), DEPTH, 1, (rows, row) -> {
            Value first = rows.let("first", plus(PLACE, times(toLong(row), leftStep())));
            rows.loop("column", integer(0), COUNT, LINE / Float.BYTES, (body, column) -> {
                Value at = plus(first, toLong(times(column, Float.BYTES)));
                Value line = new Value.Load(KernelType.floats(library.lanes()), LEFT, at);
                body.add(new Statement.Assign(sum, plus(sum, line)));
            });
        });
        emitter.add(new Statement.Store(TileProduct.TILE, new Value.Literal(KernelType.LONG, 0), sum));
        Value read = plus(
                times(toLong(minus(DEPTH, integer(1))), leftStep()),
                times(toLong(plus(COUNT, library.lanes() - 1L)), Float.BYTES));
        List<Method.Range> ranges = List.of(new Method.Range(LEFT, AT, read, PLACE));
        return new Method(
                FETCH, "Has the part's columns of the left factor in cache.", parameters, ranges, emitter.statements());
    }

    /** Bytes from row to row of the left factor. */
    private long leftStep() {
        return (long) product.rows() * Float.BYTES;
    }

    /** Some panels of rows times one of columns, a block of depth. */
    private Method tiles() {
        List<Value.Variable> parameters =
                List.of(LEFT, RIGHT, TO, FROM_PANEL, TO_PANEL, COLUMN_PANEL, STEP, DEPTH, TileProduct.TILE);
        return Method.of(TILES, "Columns of the left factor times columns of the right one.", parameters, emitter -> {
            int whole = product.rows() / library.rows();
            int ragged = product.rows() % library.rows();
            Value end = ragged == 0
                    ? TO_PANEL
                    : emitter.let("whole", new Value.Binary(BinaryOperator.MIN, TO_PANEL, integer(whole)));
            emitter.loop("panel", FROM_PANEL, end, 1, (body, panel) -> tile(body, panel, library.rows()));
            if (ragged > 0) {
                Value more = new Value.Compare(Comparison.LESS, end, TO_PANEL);
                emitter.when(more, body -> tile(body, integer(whole), ragged));
            }
        });
    }

    private void tile(Emitter emitter, Value panel, int rows) {
        int rightStep = Math.multiplyExact(product.columns(), Float.BYTES);
        TileProduct calls = new TileProduct(library, library.matrixTile(rows), rightStep);
        Value row = times(toLong(panel), (long) library.rows());
        Value columnAt = times(toLong(COLUMN_PANEL), (long) library.columns() * Float.BYTES);
        List<Value> factors = List.of(
                LEFT,
                plus(times(toLong(STEP), leftStep()), times(row, Float.BYTES)),
                integer(leftStep()),
                RIGHT,
                plus(times(toLong(STEP), rightStep), columnAt),
                integer(rightStep));
        Value at = plus(times(row, rightStep), columnAt);
        List<Statement> add = calls.finish(factors, TO, at, DEPTH, integer(rows), true);
        List<Statement> write = List.of(calls.write(factors, TO, at, DEPTH));
        if (store.accumulate()) {
            add.forEach(emitter::add);
        } else if (blocking.depthBlocks() == 1) {
            write.forEach(emitter::add);
        } else {
            emitter.add(new Statement.If(new Value.Compare(Comparison.EQUAL, STEP, integer(0)), write, add));
        }
    }
}
