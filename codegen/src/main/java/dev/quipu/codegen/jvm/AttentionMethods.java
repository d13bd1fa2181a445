package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.atLeast;
import static dev.quipu.codegen.jvm.Values.bytes;
import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.longInteger;
import static dev.quipu.codegen.jvm.Values.max;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.same;
import static dev.quipu.codegen.jvm.Values.variable;
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
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.List;

/** Methods of an attention kernel that move blocks between tensors and panels, and drive register tiles over panels. */
final class AttentionMethods {
    static final String PACK_QUERIES = "packQueries";
    static final String PACK_KEYS = "packKeys";
    static final String SCORE = "score";
    static final String PRODUCT = "product";

    /** Where queries' documents begin, the place of a batch element's in it, and a row for those of a panel. */
    static final Value.Variable STARTS = variable("starts", KernelType.SEGMENT);

    static final Value.Variable STARTS_AT = variable("startsAt", KernelType.LONG);
    static final Value.Variable START_ROW = variable("startRow", KernelType.SEGMENT);

    private static final Value.Variable SOURCE = variable("source", KernelType.SEGMENT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable PANEL = variable("panel", KernelType.SEGMENT);
    private static final Value.Variable PANELS = variable("panels", KernelType.ARRAY);
    private static final Value.Variable BLOCK = variable("block", KernelType.INT);
    private static final Value.Variable KEYS = variable("keys", KernelType.INT);
    private static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable SEEN = variable("seen", KernelType.INT);

    private final AttentionGeometry geometry;
    private final TileLibrary library;
    private final int lanes;
    private final int head;
    private final KernelType factors;

    AttentionMethods(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.library = geometry.library();
        this.lanes = library.lanes();
        this.head = geometry.launch().headSize();
        this.factors = Segments.type(geometry.launch().buffers().getFirst());
    }

    /** A method of the library that packs queries, keys, values or gradients. */
    private String ofFactors(String method) {
        return TileLibrary.over(factors, method);
    }

    /** Address of a row of a right panel or of scores. */
    Value panelRow(Value row) {
        return times(toLong(row), geometry.panelRow());
    }

    /** {@code (source, at, count, panel)}: a right panel of count queries' head vectors. */
    Method packQueries() {
        String comment =
                "A right panel [head size][query] from rows of head vectors; columns from count on hold anything.";
        return Method.of(PACK_QUERIES, comment, List.of(SOURCE, AT, COUNT, PANEL), body -> {
            int tail = geometry.launch().queries() % lanes;
            for (int half = 0; half < 2; half++) {
                Value from = plus(AT, (long) half * lanes * geometry.queryRow());
                Value to = bytes((long) half * lanes);
                Value stride = integer(geometry.queryRow());
                body.when(
                        atLeast(COUNT, integer((half + 1L) * lanes)),
                        whole -> call(
                                whole,
                                ofFactors(library.packRightTransposed(lanes)),
                                SOURCE,
                                from,
                                stride,
                                PANEL,
                                to,
                                integer(head)));
                if (tail > 0) {
                    body.when(
                            same(COUNT, integer((long) half * lanes + tail)),
                            part -> call(
                                    part,
                                    ofFactors(library.packRightTransposed(tail)),
                                    SOURCE,
                                    from,
                                    stride,
                                    PANEL,
                                    to,
                                    integer(head)));
                }
            }
        });
    }

    /** {@code (source, at, block, keys, panels)}: transposed left panels of the block's keys, in whole tiles. */
    Method packKeys() {
        String comment = "Left panels [head size][key] of a block of keys, and of those behind it that fill a tile.";
        return Method.of(PACK_KEYS, comment, List.of(SOURCE, AT, BLOCK, KEYS, PANELS), body -> {
            int rows = library.rows();
            int tail = geometry.launch().keys() % rows;
            int whole = geometry.launch().keys() - tail;
            Value end = body.let("end", min(KEYS, minus(integer(whole), BLOCK)));
            Value stride = integer(geometry.keyRow());
            body.loop("key", integer(0), end, rows, (loop, key) -> {
                Value from = plus(AT, times(toLong(key), (long) geometry.keyRow()));
                call(
                        loop,
                        ofFactors(library.packLeftTransposed(rows)),
                        SOURCE,
                        from,
                        stride,
                        PANELS,
                        keyPanel(key),
                        integer(head));
            });
            if (tail > 0) {
                Value key = body.let("last", minus(integer(whole), BLOCK));
                body.when(less(key, KEYS), part -> {
                    Value from = plus(AT, times(toLong(key), (long) geometry.keyRow()));
                    call(
                            part,
                            ofFactors(library.packLeftTransposed(tail)),
                            SOURCE,
                            from,
                            stride,
                            PANELS,
                            keyPanel(key),
                            integer(head));
                });
            }
        });
    }

    /**
     * {@code (source, at, count, panels)}: left panels {@code [row][head size]} of rows of head vectors.
     *
     * @param most rows that the panels have room for
     */
    Method packRows(String name, int rowBytes, int most) {
        return Method.of(
                name,
                "Left panels [row][head size].",
                List.of(SOURCE, AT, COUNT, PANELS),
                body -> eachHeadTile(
                        body,
                        (tile, d, rows) -> call(
                                tile,
                                ofFactors(library.packLeft(rows)),
                                SOURCE,
                                plus(AT, times(toLong(d), (long) Float.BYTES)),
                                integer(rowBytes),
                                PANELS,
                                headPanel(d, library.leftPanel(most)),
                                COUNT)));
    }

    /** {@code (panels, panel, scores, begin, seen)}: tiles of scores of a block's keys from begin to seen. */
    Method score() {
        String comment = "Tiles of products [key][query] of the block's keys from begin until seen.";
        return Method.of(
                SCORE,
                comment,
                List.of(PANELS, PANEL, SCORES, BEGIN, SEEN),
                body -> body.loop(
                        "key",
                        BEGIN,
                        SEEN,
                        library.rows(),
                        (loop, key) -> call(
                                loop,
                                library.tile(library.rows(), false),
                                PANELS,
                                keyPanel(key),
                                PANEL,
                                longInteger(0),
                                SCORES,
                                panelRow(key),
                                integer(geometry.panelRow()),
                                integer(head))));
    }

    /** {@code (left, leftAt, leftPanel, right, rightAt, product, productAt, depth)}: {@code [head size][panel]} of a depth. */
    Method product(boolean add) {
        Value.Variable left = variable("left", KernelType.ARRAY);
        Value.Variable leftAt = variable("leftAt", KernelType.INT);
        Value.Variable leftPanel = variable("leftPanel", KernelType.INT);
        Value.Variable right = variable("right", KernelType.SEGMENT);
        Value.Variable rightAt = variable("rightAt", KernelType.LONG);
        Value.Variable product = variable("product", KernelType.SEGMENT);
        Value.Variable productAt = variable("productAt", KernelType.LONG);
        Value.Variable depth = variable("depth", KernelType.INT);
        String comment = "[head size][panel] of a product, " + (add ? "added." : "written.");
        return Method.of(
                productName(add),
                comment,
                List.of(left, leftAt, leftPanel, right, rightAt, product, productAt, depth),
                body -> eachHeadTile(
                        body,
                        (tile, d, rows) -> call(
                                tile,
                                library.tile(rows, add),
                                left,
                                plus(leftAt, times(divide(d, library.rows()), leftPanel)),
                                right,
                                rightAt,
                                product,
                                plus(productAt, panelRow(d)),
                                integer(geometry.panelRow()),
                                depth)));
    }

    static String productName(boolean add) {
        return add ? PRODUCT + "Add" : PRODUCT;
    }

    /**
     * {@code (panel, at, temporary, target, to, count)}: the first count columns of a panel, as rows of a tensor.
     *
     * @param tensor SEGMENT or BSEGMENT
     */
    Method unpack(String name, int rowBytes, boolean add, KernelType tensor) {
        Value.Variable temporary = variable("temporary", KernelType.SEGMENT);
        Value.Variable target = variable("target", KernelType.SEGMENT);
        Value.Variable to = variable("to", KernelType.LONG);
        String comment = "Columns of a panel, " + (add ? "added to" : "written as") + " rows of head vectors.";
        return Method.of(name, comment, List.of(PANEL, AT, temporary, target, to, COUNT), body -> {
            for (int d = 0; d < head; d += geometry.panel()) {
                for (int half = 0; half < 2 && d + half * lanes < head; half++) {
                    Value from = plus(AT, (d + (long) half * lanes) * geometry.panelRow());
                    call(
                            body,
                            library.packRightTransposed(lanes),
                            PANEL,
                            from,
                            integer(geometry.panelRow()),
                            temporary,
                            bytes((long) half * lanes),
                            integer(geometry.panel()));
                }
                int width = Math.min(geometry.panel(), head - d);
                Value into = plus(to, (long) d * Float.BYTES);
                String copy = TileLibrary.over(tensor, library.copy(width, add));
                call(body, copy, temporary, target, into, integer(rowBytes), COUNT);
            }
        });
    }

    /** The keys of a block that a panel of queries sees: {@code begin}, a tile's first, until {@code seen}, relative to the block. */
    Visible visible(Emitter body, Value block, Value place, Value count) {
        Value behind = minus(place, block);
        AttentionLaunch launch = geometry.launch();
        Value present = launch.kind() == AttentionLaunch.Kind.CACHED
                ? min(minus(integer(launch.keys()), block), integer(geometry.keyBlock()))
                : integer(geometry.keyBlock());
        Value.Variable seen = body.let("seen", min(plus(behind, count), present));
        int window = geometry.launch().window();
        if (launch.starts()) {
            Value.Variable oldest = body.let("oldest", oldest(place));
            Value first = max(minus(oldest, block), integer(0));
            return new Visible(body.let("begin", multiple(first, library.rows())), seen, oldest);
        }
        if (window == 0) {
            return new Visible(body.let("begin", integer(0)), seen, integer(0));
        }
        Value first = max(minus(behind, integer(window - 1L)), integer(0));
        return new Visible(body.let("begin", multiple(first, library.rows())), seen, oldest(place));
    }

    /**
     * Keys of a block from begin until seen; none where begin is not less.
     *
     * @param oldest the first key that the panel sees, in all blocks
     */
    record Visible(Value.Variable begin, Value.Variable seen, Value oldest) {}

    /** The first key that a query sees, and no later one sees an earlier key: of its window, of its document. */
    Value oldest(Value query) {
        int window = geometry.launch().window();
        Value first = window == 0 ? integer(0) : max(minus(query, integer(window - 1L)), integer(0));
        if (!geometry.launch().starts()) {
            return first;
        }
        return window == 0 ? start(query) : max(first, start(query));
    }

    /** The first key of a query's document; {@link #STARTS} and {@link #STARTS_AT} are in sight. */
    Value start(Value query) {
        return new Value.Load(KernelType.INT, STARTS, plus(STARTS_AT, toLong(times(query, Integer.BYTES))));
    }

    /** What a method that masks needs to know of documents. */
    List<Value.Variable> startParameters() {
        return geometry.launch().starts() ? List.of(STARTS, STARTS_AT, START_ROW) : List.of();
    }

    /** Memory for the starts of a panel's queries. */
    List<Kernel.Scratch> startScratch() {
        return geometry.launch().starts() ? List.of(new Kernel.Scratch(START_ROW, geometry.panel(), false)) : List.of();
    }

    /** Masks the scores of keys that are behind their query, before its window or of another document. */
    void mask(Emitter body, Value.Variable scores, Visible visible, Value block, Value place, Value count) {
        maskLater(body, scores, visible, block, place);
        if (geometry.launch().window() > 0) {
            maskEarlier(body, scores, visible, block, place);
        }
        if (geometry.launch().starts()) {
            maskOthers(body, scores, visible, block, place, count);
        }
    }

    private void maskLater(Emitter body, Value.Variable scores, Visible visible, Value block, Value place) {
        Value.Variable later = body.let("later", max(visible.begin(), minus(plus(place, 1), block)));
        Value distance = minus(minus(place, block), later);
        body.when(
                less(later, visible.seen()),
                tile -> call(tile, "Tiles.maskLater", scores, panelRow(later), minus(visible.seen(), later), distance));
    }

    private void maskEarlier(Emitter body, Value.Variable scores, Visible visible, Value block, Value place) {
        int window = geometry.launch().window();
        Value end = plus(minus(place, block), (long) geometry.panel() - window);
        Value.Variable earlier = body.let("earlier", min(visible.seen(), end));
        Value behind = minus(minus(minus(place, integer(window)), block), visible.begin());
        body.when(
                less(visible.begin(), earlier),
                tile -> call(
                        tile,
                        "Tiles.maskEarlier",
                        scores,
                        panelRow(visible.begin()),
                        minus(earlier, visible.begin()),
                        behind));
    }

    /** From the last query's start on, every query's document has begun. */
    private void maskOthers(
            Emitter body, Value.Variable scores, Visible visible, Value block, Value place, Value count) {
        Value last = minus(start(minus(plus(place, count), integer(1))), block);
        Value.Variable others = body.let("others", min(visible.seen(), last));
        body.when(less(visible.begin(), others), tile -> {
            Value at = plus(STARTS_AT, toLong(times(place, Integer.BYTES)));
            call(tile, "Tiles.copyStarts", STARTS, at, START_ROW, count);
            call(
                    tile,
                    "Tiles.maskOthers",
                    scores,
                    panelRow(visible.begin()),
                    minus(others, visible.begin()),
                    START_ROW,
                    plus(block, visible.begin()));
        });
    }

    private void eachHeadTile(Emitter body, HeadTile action) {
        int rows = library.rows();
        int whole = head / rows * rows;
        if (whole > 0) {
            body.loop("d", integer(0), integer(whole), rows, (loop, d) -> action.emit(loop, d, rows));
        }
        if (head > whole) {
            action.emit(body, integer(whole), head - whole);
        }
    }

    /** What is done with {@code rows} rows of a panel of head vectors, from row d. */
    private interface HeadTile {
        void emit(Emitter emitter, Value d, int rows);
    }

    private Value headPanel(Value d, int leftPanel) {
        return times(divide(d, library.rows()), leftPanel);
    }

    private Value keyPanel(Value key) {
        return times(divide(key, library.rows()), library.leftPanel(head));
    }
}
