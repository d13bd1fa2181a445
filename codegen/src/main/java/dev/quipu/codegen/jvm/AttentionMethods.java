package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.load;
import static dev.quipu.codegen.jvm.Values.max;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.same;
import static dev.quipu.codegen.jvm.Values.store;
import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Methods of an attention kernel that copy head vectors to where products want them, and drive tiles over them. Scores are
 * {@code [query][key]}: a lane is a key. So only keys, and backward values, are transposed, once for a block; what is summed
 * over keys or over queries has rows of head vectors as its right factor, as they lie in the tensors.
 */
final class AttentionMethods {
    static final String PACK_KEYS = "packKeys";
    static final String LINES = "lines";
    static final String SCORE = "score";
    static final String WEIGH = "weigh";
    static final String SUM = "sum";
    static final String ADD = "add";

    private static final Value.Variable SOURCE = variable("source", KernelType.SEGMENT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable PANELS = variable("panels", KernelType.SEGMENT);
    private static final Value.Variable TARGET = variable("target", KernelType.SEGMENT);
    private static final Value.Variable BLOCK = variable("block", KernelType.INT);
    private static final Value.Variable KEYS = variable("keys", KernelType.INT);
    private static final Value.Variable SCORES = variable("scores", KernelType.ARRAY);
    private static final Value.Variable SCORES_AT = variable("scoresAt", KernelType.INT);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable END = variable("end", KernelType.INT);
    private static final Value.Variable LINE = variable("line", KernelType.ARRAY);
    private static final Value.Variable SCALE = variable("scale", KernelType.FLOAT);
    private static final Value.Variable WEIGHTS = variable("weights", KernelType.ARRAY);
    private static final Value.Variable WEIGHTS_AT = variable("weightsAt", KernelType.INT);
    private static final Value.Variable ROWS = variable("rows", KernelType.SEGMENT);
    private static final Value.Variable ROWS_AT = variable("rowsAt", KernelType.LONG);
    private static final Value.Variable PRODUCT = variable("product", KernelType.ARRAY);
    private static final Value.Variable PRODUCT_AT = variable("productAt", KernelType.INT);
    private static final Value.Variable SUMS = variable("sums", KernelType.ARRAY);
    private static final Value.Variable SUMS_AT = variable("sumsAt", KernelType.INT);
    private static final Value.Variable DEPTH = variable("depth", KernelType.INT);

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

    /** {@code (source, at, block, keys, panels)}: keys of a block that begins at a key, {@code [panel][head size][keys]}. */
    Method packKeys() {
        String comment = "Panels [head size][key] of a block of keys, and of those behind it that fill a vector.";
        return Method.of(PACK_KEYS, comment, List.of(SOURCE, AT, BLOCK, KEYS, PANELS), body -> {
            int tail = geometry.launch().keys() % lanes;
            int whole = geometry.launch().keys() - tail;
            Value end = body.let("end", min(KEYS, minus(integer(whole), BLOCK)));
            body.loop("key", integer(0), end, lanes, (loop, key) -> pack(loop, lanes, key));
            if (tail > 0) {
                Value.Variable key = body.let("last", minus(integer(whole), BLOCK));
                body.when(less(key, KEYS), part -> pack(part, tail, key));
            }
        });
    }

    private void pack(Emitter body, int width, Value key) {
        call(
                body,
                TileLibrary.over(factors, library.packWideTransposed(width)),
                SOURCE,
                plus(AT, times(toLong(key), (long) geometry.keyRow())),
                integer(geometry.keyRow()),
                PANELS,
                panelAt(multiple(key, geometry.panel()), key),
                integer(head));
    }

    /** Address of a key in the panel that begins with another one. */
    private Value panelAt(Value panel, Value key) {
        Value begin = times(toLong(panel), (long) geometry.headRow());
        return plus(begin, toLong(times(minus(key, panel), Float.BYTES)));
    }

    /** {@code (source, at, count, target)}: head vectors side by side, in f32. */
    Method copyRows(String name, int rowBytes) {
        String comment = "Head vectors, one behind the other.";
        Value.Variable source = variable(SOURCE.name(), factors);
        return Method.of(name, comment, List.of(source, AT, COUNT, TARGET), body -> {
            body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                Value.Variable from = loop.let("from", plus(AT, times(toLong(row), (long) rowBytes)));
                Value.Variable to = loop.let("to", times(toLong(row), (long) geometry.headRow()));
                for (int d = 0; d < head; d += lanes) {
                    long bytes = (long) d * Float.BYTES;
                    store(loop, TARGET, plus(to, bytes), load(lanes, source, plus(from, bytes)));
                }
            });
        });
    }

    /** {@code (source, at, count, line, scale)}: head vectors of a group's queries as lines of a left factor, times a number. */
    Method lines() {
        Value.Variable source = variable(SOURCE.name(), factors);
        List<Value.Variable> parameters = List.of(source, AT, COUNT, LINE, SCALE);
        return Method.of(LINES, "Head vectors of queries, times scale.", parameters, body -> {
            Value.Variable scale = body.let("factor", new Value.Splat(SCALE, lanes));
            body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                Value.Variable from = loop.let("from", plus(AT, times(toLong(row), (long) geometry.queryRow())));
                Value.Variable to = loop.let("to", times(row, geometry.line()));
                for (int d = 0; d < head; d += lanes) {
                    Value vector = load(lanes, source, plus(from, (long) d * Float.BYTES));
                    store(loop, LINE, plus(to, d), times(vector, scale));
                }
            });
        });
    }

    /**
     * {@code (line, panels, scores, scoresAt, begin, end)}: products of a group's lines with keys from begin until end, both a
     * vector's first.
     */
    Method score() {
        String comment = "Products [query][key] of the block's keys from begin until end.";
        return Method.of(
                SCORE,
                comment,
                List.of(LINE, PANELS, SCORES, SCORES_AT, BEGIN, END),
                body -> body.loop("panel", multiple(BEGIN, geometry.panel()), END, geometry.panel(), (loop, panel) -> {
                    Value.Variable from = loop.let("from", max(BEGIN, panel));
                    Value last = min(END, plus(panel, geometry.panel()));
                    Value.Variable width = loop.let("width", minus(last, from));
                    Value.Variable at = loop.let("at", panelAt(panel, from));
                    for (int vectors = AttentionTile.vectors(library); vectors >= 1; vectors--) {
                        String tile = AttentionTile.ofRows(library, vectors, geometry.line());
                        loop.when(same(width, integer((long) vectors * lanes)), some -> score(some, tile, at, from));
                    }
                }));
    }

    private void score(Emitter body, String tile, Value at, Value key) {
        call(
                body,
                tile,
                LINE,
                integer(0),
                PANELS,
                at,
                integer((long) geometry.panel() * Float.BYTES),
                SCORES,
                plus(SCORES_AT, key),
                integer(geometry.line()),
                integer(head));
    }

    /** {@code (weights, weightsAt, rows, rowsAt, product, productAt, depth)}: sums of rows for each of a group's lines of weights. */
    Method weigh(HeadRows rows) {
        List<Value.Variable> parameters = List.of(WEIGHTS, WEIGHTS_AT, ROWS, ROWS_AT, PRODUCT, PRODUCT_AT, DEPTH);
        return Method.of(WEIGH, "Weighted sums of head vectors.", parameters, body -> {
            int column = 0;
            for (int vectors : columns()) {
                long bytes = (long) column * Float.BYTES;
                call(
                        body,
                        AttentionTile.ofRows(library, vectors, geometry.line()),
                        WEIGHTS,
                        WEIGHTS_AT,
                        ROWS,
                        plus(ROWS_AT, bytes),
                        integer(rows.bytes()),
                        PRODUCT,
                        plus(PRODUCT_AT, column),
                        integer(geometry.paddedHead()),
                        DEPTH);
                column += vectors * lanes;
            }
        });
    }

    /** {@code (weights, weightsAt, rows, rowsAt, sums, sumsAt, depth)}: rows of a depth of queries as, or added to, sums of some keys. */
    Method sum(boolean add, HeadRows rows) {
        List<Value.Variable> parameters = List.of(WEIGHTS, WEIGHTS_AT, ROWS, ROWS_AT, SUMS, SUMS_AT, DEPTH);
        return Method.of(
                add ? ADD : SUM,
                (add ? "Adds weighted" : "Weighted") + " head vectors of queries, " + (add ? "to" : "the")
                        + " sums of neighbouring keys.",
                parameters,
                body -> {
                    int column = 0;
                    for (int vectors : columns()) {
                        call(
                                body,
                                AttentionTile.ofColumns(library, vectors, geometry.line(), add),
                                WEIGHTS,
                                WEIGHTS_AT,
                                ROWS,
                                plus(ROWS_AT, (long) column * Float.BYTES),
                                integer(rows.bytes()),
                                SUMS,
                                plus(SUMS_AT, column),
                                integer(geometry.paddedHead()),
                                DEPTH);
                        column += vectors * lanes;
                    }
                });
    }

    /** Into how many vectors each a head vector is cut: no tile of one vector where two of two will do. */
    private List<Integer> columns() {
        List<Integer> columns = new ArrayList<>();
        int most = AttentionTile.vectors(library);
        int left = geometry.paddedHead() / lanes;
        while (left > 0) {
            int next = left == most + 1 ? (left + 1) / 2 : Math.min(most, left);
            columns.add(next);
            left -= next;
        }
        return columns;
    }
}
