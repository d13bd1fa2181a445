package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
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
import dev.quipu.codegen.launch.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Matrix products on the JVM, over packed panels (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication",
 * 2008): the right matrix is packed once for all parts, each part packs its rows. Products of a few rows pack a panel of
 * columns where it is used. See {@link MatrixBlocking} for how they are cut and {@link TileLibrary} for the inner loops.
 */
final class MatrixLowering {
    private static final int FLOATS_OF_PACKING_PART = 64 * 1024;

    private static final Value.Variable LEFT_PANELS = new Value.Variable("leftPanels", KernelType.ARRAY);
    private static final Value.Variable RIGHT_PANELS = new Value.Variable("rightPanels", KernelType.SEGMENT);
    private static final Value.Variable STRIPS = new Value.Variable("strips", KernelType.SEGMENT);

    private final MatrixProduct product;
    private final TileLibrary library;
    private final MatrixBlocking blocking;
    private final MatrixPacks packs;
    private final List<Value.Variable> buffers;
    private final Epilogue epilogue;
    private final Optional<Step.Store> plain;

    private MatrixLowering(MatrixProduct product, int lanes) {
        this.product = product;
        this.library = new TileLibrary(lanes);
        this.blocking = MatrixBlocking.of(product, library);
        this.packs = new MatrixPacks(blocking);
        this.buffers = BufferNames.of(product.buffers(), product.epilogue());
        this.epilogue = new Epilogue(product, buffers, lanes);
        this.plain = epilogue.plain();
    }

    /** The kernel of a product, for vectors of a number of floats. */
    static Kernel lower(String name, MatrixProduct product, int lanes) {
        return new MatrixLowering(product, lanes).kernel(name);
    }

    private Kernel kernel(String name) {
        List<Kernel.Phase> phases = new ArrayList<>();
        if (blocking.sharesRightPanels()) {
            phases.add(packPhase());
        }
        Emitter emitter = new Emitter();
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        scratch().forEach(scratch -> emitter.reserve(scratch.variable().name()));
        multiply(emitter);
        phases.add(new Kernel.Phase("multiply", blocking.parts(), emitter.statements()));
        List<Method> methods = new ArrayList<>(packs.methods());
        tiles().forEach(tiles -> methods.add(tiles.method()));
        if (plain.isEmpty()) {
            methods.add(epilogue.method());
        }
        return new Kernel(name, List.of(), buffers, scratch(), phases, methods);
    }

    private List<Kernel.Scratch> scratch() {
        List<Kernel.Scratch> scratch = new ArrayList<>();
        long leftPanels = (long) blocking.rowPanelsOfPart() * library.leftPanel(blocking.blockDepth());
        scratch.add(new Kernel.Scratch(LEFT_PANELS, leftPanels, false));
        boolean shared = blocking.sharesRightPanels();
        long panels = shared ? (long) product.batch() * blocking.depthBlocks() * blocking.columnPanels() : 1;
        scratch.add(new Kernel.Scratch(RIGHT_PANELS, panels * library.rightPanel(blocking.blockDepth()), shared));
        if (plain.isEmpty()) {
            int strips = blocking.depthBlocks() == 1 ? 1 : blocking.columnPanelsOfPart();
            scratch.add(new Kernel.Scratch(STRIPS, strips * stripBytes() / Float.BYTES, false));
        }
        if (tiles().stream().anyMatch(MatrixTiles::needsTile)) {
            scratch.add(new Kernel.Scratch(MatrixTiles.TILE, (long) library.rows() * library.columns(), false));
        }
        return scratch;
    }

    /** Bytes of a part's rows of one column panel. */
    private long stripBytes() {
        return (long) blocking.rowsOfPart() * library.columns() * Float.BYTES;
    }

    /** Tiles of whole panels and of the ragged one, as far as there are any. */
    private List<MatrixTiles> tiles() {
        int columns = library.columns();
        if (plain.isEmpty()) {
            return List.of(new MatrixTiles(blocking, "tiles", columns, columns * Float.BYTES, false, false));
        }
        boolean accumulate = plain.get().accumulate();
        int stride = Math.multiplyExact(product.columns(), Float.BYTES);
        List<MatrixTiles> tiles = new ArrayList<>();
        if (product.columns() >= columns) {
            tiles.add(new MatrixTiles(blocking, "tiles", columns, stride, true, accumulate));
        }
        if (product.columns() % columns > 0) {
            int width = product.columns() % columns;
            tiles.add(new MatrixTiles(blocking, "lastTiles", width, stride, true, accumulate));
        }
        return tiles;
    }

    private Kernel.Phase packPhase() {
        int panels = blocking.columnPanels();
        int blocks = blocking.depthBlocks();
        int units = Math.multiplyExact(product.batch(), Math.multiplyExact(blocks, panels));
        int unitsOfPart = Math.ceilDiv(FLOATS_OF_PACKING_PART, library.rightPanel(blocking.blockDepth()));
        return PartLoop.phase("pack", units, unitsOfPart, "unit", (body, unit) -> {
            Value panel = coordinate(body, "panel", unit, 1, panels);
            Value k = times(coordinate(body, "block", unit, panels, blocks), blocking.blockDepth());
            Value batch = coordinate(body, "batch", unit, panels * blocks, product.batch());
            Value to = times(toLong(unit), blocking.rightPanelBytes());
            body.add(packs.right(buffers.get(1), batch, panel, k, RIGHT_PANELS, to, depth(k)));
        });
    }

    /** {@code (number / inner) % size}, without what is known. */
    private static Value coordinate(Emitter emitter, String name, Value number, int inner, int size) {
        if (size == 1) {
            return integer(0);
        }
        Value divided = inner == 1 ? number : new Value.Binary(BinaryOperator.DIVIDE, number, integer(inner));
        return emitter.let(name, new Value.Binary(BinaryOperator.REMAINDER, divided, integer(size)));
    }

    /** Steps of depth in the block that begins at k. */
    private Value depth(Value k) {
        return blocking.depthBlocks() == 1
                ? integer(product.depth())
                : least(blocking.blockDepth(), k, product.depth());
    }

    /** {@code min(size, all - from)}. */
    private static Value least(int size, Value from, int all) {
        return all % size == 0
                ? integer(size)
                : new Value.Binary(BinaryOperator.MIN, integer(size), Emitter.minus(integer(all), from));
    }

    private void multiply(Emitter emitter) {
        emitter.reserve(Kernel.PART.name());
        int groups = blocking.groups();
        Value group = coordinate(emitter, "group", Kernel.PART, 1, groups);
        Value chunk = coordinate(emitter, "chunk", Kernel.PART, groups, blocking.chunks());
        Value batch = coordinate(emitter, "batch", Kernel.PART, groups * blocking.chunks(), product.batch());
        Value row = blocking.chunks() == 1 ? chunk : emitter.let("row", times(chunk, blocking.rowsOfPart()));
        Value rows = blocking.chunks() == 1
                ? integer(product.rows())
                : emitter.let("rows", least(blocking.rowsOfPart(), row, product.rows()));
        Value from = groups == 1 ? group : emitter.let("from", times(group, blocking.columnPanelsOfPart()));
        Value count = least(blocking.columnPanelsOfPart(), from, blocking.columnPanels());
        Value to = groups == 1 ? integer(blocking.columnPanels()) : emitter.let("to", plus(from, count));
        Part part = new Part(batch, row, rows, from, to);
        if (blocking.depthBlocks() == 1) {
            block(emitter, part, integer(0));
        } else {
            emitter.loop(
                    "k",
                    integer(0),
                    integer(product.depth()),
                    blocking.blockDepth(),
                    (body, k) -> block(body, part, k));
        }
    }

    /** What a part computes: some rows of one product of the batch, and column panels. */
    private record Part(Value batch, Value row, Value rows, Value from, Value to) {}

    private void block(Emitter emitter, Part part, Value k) {
        Value depth = depth(k);
        Value steps = depth instanceof Value.Literal ? depth : emitter.let("depth", depth);
        emitter.add(packs.left(buffers.get(0), part.batch(), part.row(), k, LEFT_PANELS, part.rows(), steps));
        int whole = product.columns() / library.columns();
        boolean ragged = plain.isPresent() && whole < blocking.columnPanels();
        if (plain.isEmpty() || whole > 0) {
            boolean all = !ragged || blocking.groups() > 1;
            Value end = !ragged
                    ? part.to()
                    : blocking.groups() == 1
                            ? integer(whole)
                            : new Value.Binary(BinaryOperator.MIN, part.to(), integer(whole));
            emitter.loop(
                    "panel",
                    part.from(),
                    end,
                    1,
                    (body, panel) -> panel(body, part, k, steps, panel, tiles().getFirst()));
        }
        if (ragged) {
            Value last = integer(whole);
            MatrixTiles tiles = tiles().getLast();
            if (blocking.groups() == 1) {
                panel(emitter, part, k, steps, last, tiles);
            } else {
                Value reached = new Value.Compare(Comparison.GREATER, part.to(), last);
                emitter.when(reached, body -> panel(body, part, k, steps, last, tiles));
            }
        }
    }

    private void panel(Emitter emitter, Part part, Value k, Value depth, Value panel, MatrixTiles tiles) {
        Value right = new Value.Literal(KernelType.LONG, 0);
        if (blocking.sharesRightPanels()) {
            Value block = new Value.Binary(BinaryOperator.DIVIDE, k, integer(blocking.blockDepth()));
            Value before = blocking.depthBlocks() == 1
                    ? part.batch()
                    : plus(times(part.batch(), blocking.depthBlocks()), block);
            Value index = plus(times(before, blocking.columnPanels()), panel);
            right = times(toLong(index), blocking.rightPanelBytes());
        } else {
            emitter.add(packs.right(buffers.get(1), part.batch(), panel, k, RIGHT_PANELS, right, depth));
        }
        long panelBytes = (long) library.columns() * Float.BYTES;
        if (plain.isPresent()) {
            Value to = buffers.get(plain.get().access().buffer());
            Value firstRow = plus(times(part.batch(), product.rows()), part.row());
            Value at = plus(
                    times(toLong(firstRow), (long) product.columns() * Float.BYTES), times(toLong(panel), panelBytes));
            emitter.add(tiles.call(LEFT_PANELS, RIGHT_PANELS, right, to, at, part.rows(), depth, k));
            return;
        }
        boolean one = blocking.depthBlocks() == 1;
        Value strip = one
                ? new Value.Literal(KernelType.LONG, 0)
                : times(toLong(Emitter.minus(panel, part.from())), stripBytes());
        emitter.add(tiles.call(LEFT_PANELS, RIGHT_PANELS, right, STRIPS, strip, part.rows(), depth, k));
        if (one) {
            finish(emitter, part, panel, strip);
        } else {
            Value isLast = new Value.Compare(Comparison.EQUAL, plus(k, depth), integer(product.depth()));
            emitter.when(isLast, body -> finish(body, part, panel, strip));
        }
    }

    /** The epilogue of a strip, row by row. */
    private void finish(Emitter emitter, Part part, Value panel, Value strip) {
        int columns = library.columns();
        Value firstRow = plus(times(part.batch(), product.rows()), part.row());
        Value from = times(panel, columns);
        Value to = least(panel, from);
        emitter.loop(
                "i",
                integer(0),
                part.rows(),
                1,
                (body, i) -> body.add(epilogue.call(
                        STRIPS,
                        plus(strip, times(toLong(i), (long) columns * Float.BYTES)),
                        plus(firstRow, i),
                        from,
                        to)));
    }

    private Value least(Value panel, Value from) {
        Value next = plus(from, integer(library.columns()));
        return product.columns() % library.columns() == 0
                ? next
                : new Value.Binary(BinaryOperator.MIN, next, integer(product.columns()));
    }
}
