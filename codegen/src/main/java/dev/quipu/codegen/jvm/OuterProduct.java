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
import dev.quipu.codegen.launch.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Products whose factors both have the depth along their rows: a sum of outer products of rows, which the gradient of a weight
 * is, over all tokens. The kernel runs in rounds: in each, some whole rows of the right factor are packed once for all parts;
 * then each part packs its columns of as many rows of the left factor, and multiplies them into the product where it lies. A
 * left factor that is packed for all parts would cost twice as much: cores write slowly what another core has read. The next
 * round's rows are packed by whoever has no part left to multiply, into the other half of the memory for them.
 */
final class OuterProduct {
    private static final String PACK_LEFT = "packLeft";
    private static final String PACK_RIGHT = "packRight";
    private static final String TILES = "tiles";

    private static final Value.Variable LEFT_PANELS = new Value.Variable("leftPanels", KernelType.ARRAY);
    private static final Value.Variable RIGHT_PANELS = new Value.Variable("rightPanels", KernelType.SEGMENT);
    private static final Value.Variable SOURCE = new Value.Variable("source", KernelType.SEGMENT);
    private static final Value.Variable ROW = new Value.Variable("row", KernelType.INT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("rightAt", KernelType.LONG);
    private static final Value.Variable TO = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable FROM_PANEL = new Value.Variable("from", KernelType.INT);
    private static final Value.Variable TO_PANEL = new Value.Variable("to", KernelType.INT);
    private static final Value.Variable COLUMN_PANEL = new Value.Variable("columnPanel", KernelType.INT);
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

    /** Whole panels of columns, which tiles write or add where the product lies. */
    static boolean suits(MatrixProduct product, int lanes) {
        TileLibrary library = new TileLibrary(lanes);
        return product.batch() == 1
                && product.transposeLeft()
                && !product.transposeRight()
                && product.rows() >= library.rows()
                && product.columns() % library.columns() == 0
                && new Epilogue(product, List.of(), lanes).whole().isPresent();
    }

    static Kernel lower(String name, MatrixProduct product, int lanes) {
        return new OuterProduct(product, lanes).kernel(name);
    }

    private Kernel kernel(String name) {
        long left = (long) blocking.rowPanelsOfPart() * blocking.leftPanel();
        long right = packed() * Math.min(2, blocking.rounds());
        return new Kernel(
                name,
                List.of(),
                buffers,
                List.of(
                        new Kernel.Scratch(LEFT_PANELS, left, false),
                        new Kernel.Scratch(RIGHT_PANELS, right, true),
                        TileProduct.scratch(library)),
                List.of(),
                blocking.rounds(),
                List.of(packing(), multiplying()),
                List.of(packLeft(), packRight(), tiles()));
    }

    private Emitter emitter() {
        Emitter emitter = new Emitter();
        List.of(Kernel.PART, Kernel.ROUND, LEFT_PANELS, RIGHT_PANELS, TileProduct.TILE)
                .forEach(variable -> emitter.reserve(variable.name()));
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        return emitter;
    }

    /** The first step of a round. */
    private Value first() {
        return blocking.rounds() == 1 ? integer(0) : times(Kernel.ROUND, blocking.depth());
    }

    /** Floats that a round packs for all parts. */
    private long packed() {
        return (long) blocking.columnPanels() * blocking.rightPanel();
    }

    /** Where they begin: rounds take turns. */
    private Value packedAt() {
        Value half = new Value.Binary(BinaryOperator.REMAINDER, Kernel.ROUND, integer(2));
        return blocking.rounds() == 1
                ? new Value.Literal(KernelType.LONG, 0)
                : times(toLong(half), packed() * Float.BYTES);
    }

    /** Steps of a round; the last may have fewer. */
    private Value depth() {
        return MatrixParts.least(blocking.depth(), first(), product.depth());
    }

    private Kernel.Phase packing() {
        Emitter emitter = emitter();
        Value from = emitter.let("from", times(Kernel.PART, OuterBlocking.PACKED_ROWS));
        Value to =
                emitter.let("to", new Value.Binary(BinaryOperator.MIN, plus(from, OuterBlocking.PACKED_ROWS), depth()));
        Value packedAt = emitter.let("packedAt", packedAt());
        emitter.loop("k", from, to, 1, (body, k) -> {
            Value row = body.let("row", plus(first(), k));
            Value at = plus(packedAt, times(toLong(k), stepBytes()));
            body.add(new Statement.Call(PACK_RIGHT, List.of(buffers.get(1), row, RIGHT_PANELS, at)));
        });
        return new Kernel.Phase("pack", blocking.packingParts(), emitter.statements());
    }

    private Kernel.Phase multiplying() {
        Emitter emitter = emitter();
        Value group = MatrixParts.coordinate(emitter, "group", Kernel.PART, 1, blocking.groups());
        Value chunk = MatrixParts.coordinate(emitter, "chunk", Kernel.PART, blocking.groups(), blocking.chunks());
        Value row = emitter.let("row", times(chunk, blocking.rowPanelsOfPart()));
        Value rowEnd = emitter.let(
                "rowEnd", plus(row, MatrixParts.least(blocking.rowPanelsOfPart(), row, blocking.rowPanels())));
        Value column = emitter.let("column", times(group, blocking.columnPanelsOfPart()));
        Value columnEnd = emitter.let(
                "columnEnd",
                plus(column, MatrixParts.least(blocking.columnPanelsOfPart(), column, blocking.columnPanels())));
        Value depth = emitter.let("depth", depth());
        Value to = buffers.get(store.access().buffer());
        emitter.add(
                new Statement.Call(PACK_LEFT, List.of(buffers.getFirst(), first(), row, rowEnd, LEFT_PANELS, depth)));
        Value packedAt = emitter.let("packedAt", packedAt());
        emitter.loop("panel", column, columnEnd, 1, (body, panel) -> {
            Value right = plus(packedAt, times(toLong(panel), (long) blocking.rightPanel() * Float.BYTES));
            List<Value> arguments = new ArrayList<>(
                    List.of(LEFT_PANELS, RIGHT_PANELS, right, to, row, rowEnd, panel, depth, TileProduct.TILE));
            if (asksRound()) {
                arguments.add(Kernel.ROUND);
            }
            body.add(new Statement.Call(TILES, arguments));
        });
        return new Kernel.Phase("multiply", blocking.chunks() * blocking.groups(), emitter.statements());
    }

    /** Whether the first round writes what others add to. */
    private boolean asksRound() {
        return !store.accumulate() && blocking.rounds() > 1;
    }

    /** A part's columns of the left factor. Whole vectors: what a step writes too far, the next one overwrites. */
    private Method packLeft() {
        List<Value.Variable> parameters = List.of(SOURCE, ROW, FROM_PANEL, TO_PANEL, LEFT_PANELS, DEPTH);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        long panelBytes = (long) library.rows() * Float.BYTES;
        emitter.loop("k", integer(0), DEPTH, 1, (steps, k) -> {
            Value row = times(toLong(plus(ROW, k)), (long) product.rows() * Float.BYTES);
            Value at = steps.let("at", plus(row, times(toLong(FROM_PANEL), panelBytes)));
            Value to = steps.let("to", times(k, library.rows()));
            steps.loop("panel", integer(0), minus(TO_PANEL, FROM_PANEL), 1, (body, panel) -> {
                Value from = plus(at, times(toLong(panel), panelBytes));
                Value place = plus(to, times(panel, blocking.leftPanel()));
                for (int i = 0; i < library.rows(); i += library.lanes()) {
                    Value vector = new Value.Load(
                            KernelType.floats(library.lanes()), SOURCE, plus(from, (long) i * Float.BYTES));
                    body.add(new Statement.Store(LEFT_PANELS, plus(place, i), vector));
                }
            });
        });
        return new Method(PACK_LEFT, "Columns of the left factor as panels.", parameters, emitter.statements());
    }

    /** Bytes of a step of a right panel. */
    private long stepBytes() {
        return (long) library.columns() * Float.BYTES;
    }

    /** One row into a step of all right panels. */
    private Method packRight() {
        List<Value.Variable> parameters = List.of(SOURCE, ROW, RIGHT_PANELS, RIGHT_AT);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        Value at = emitter.let("at", times(toLong(ROW), (long) product.columns() * Float.BYTES));
        emitter.loop("panel", integer(0), integer(blocking.columnPanels()), 1, (body, panel) -> {
            Value from = plus(at, times(toLong(panel), stepBytes()));
            Value place = plus(RIGHT_AT, times(toLong(panel), (long) blocking.rightPanel() * Float.BYTES));
            for (int j = 0; j < 2; j++) {
                long offset = (long) j * library.lanes() * Float.BYTES;
                Value vector = new Value.Load(KernelType.floats(library.lanes()), SOURCE, plus(from, offset));
                body.add(new Statement.Store(RIGHT_PANELS, plus(place, offset), vector));
            }
        });
        return new Method(
                PACK_RIGHT, "A row of the right factor: a step of all panels.", parameters, emitter.statements());
    }

    /** Some row panels times a right panel. */
    private Method tiles() {
        List<Value.Variable> parameters = new ArrayList<>(List.of(
                LEFT_PANELS, RIGHT_PANELS, RIGHT_AT, TO, FROM_PANEL, TO_PANEL, COLUMN_PANEL, DEPTH, TileProduct.TILE));
        if (asksRound()) {
            parameters.add(Kernel.ROUND);
        }
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
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
        return new Method(TILES, "Row panels times a right panel.", parameters, emitter.statements());
    }

    private void tile(Emitter emitter, Value panel, int rows) {
        int stride = Math.multiplyExact(product.columns(), Float.BYTES);
        TileProduct calls = new TileProduct(library, library.tile(library.rows()), stride);
        List<Value> factors =
                List.of(LEFT_PANELS, times(minus(panel, FROM_PANEL), blocking.leftPanel()), RIGHT_PANELS, RIGHT_AT);
        Value at = plus(
                times(toLong(panel), (long) library.rows() * stride),
                times(toLong(COLUMN_PANEL), (long) library.columns() * Float.BYTES));
        List<Statement> add = calls.finish(factors, TO, at, DEPTH, integer(rows), true);
        if (store.accumulate()) {
            add.forEach(emitter::add);
            return;
        }
        List<Statement> write = rows == library.rows()
                ? List.of(calls.write(factors, TO, at, DEPTH))
                : calls.finish(factors, TO, at, DEPTH, integer(rows), false);
        if (asksRound()) {
            emitter.add(new Statement.If(new Value.Compare(Comparison.EQUAL, Kernel.ROUND, integer(0)), write, add));
        } else {
            write.forEach(emitter::add);
        }
    }
}
