package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.BackwardMethods.BLOCK;
import static dev.quipu.codegen.jvm.BackwardMethods.BLOCK_KEYS;
import static dev.quipu.codegen.jvm.BackwardMethods.COUNT;
import static dev.quipu.codegen.jvm.BackwardMethods.GRADIENT;
import static dev.quipu.codegen.jvm.BackwardMethods.GRADIENT_ROWS;
import static dev.quipu.codegen.jvm.BackwardMethods.KEY_SUMS;
import static dev.quipu.codegen.jvm.BackwardMethods.LOG_SUM_EXP;
import static dev.quipu.codegen.jvm.BackwardMethods.OUTPUT;
import static dev.quipu.codegen.jvm.BackwardMethods.QUERY;
import static dev.quipu.codegen.jvm.BackwardMethods.QUERY_ROWS;
import static dev.quipu.codegen.jvm.BackwardMethods.ROW;
import static dev.quipu.codegen.jvm.BackwardMethods.ROWS;
import static dev.quipu.codegen.jvm.BackwardMethods.SCORES;
import static dev.quipu.codegen.jvm.BackwardMethods.SCORE_ROWS;
import static dev.quipu.codegen.jvm.BackwardMethods.STATISTICS;
import static dev.quipu.codegen.jvm.BackwardMethods.STATISTICS_OF;
import static dev.quipu.codegen.jvm.BackwardMethods.TURN;
import static dev.quipu.codegen.jvm.BackwardMethods.VALUE_SUMS;
import static dev.quipu.codegen.jvm.BackwardMethods.WEIGHT_ROWS;
import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.longInteger;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.same;
import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.jvm.AttentionMethods.Visible;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * What attention's backward pass does with a few panels of queries and a block of keys. Weights and score gradients of two
 * panels are transposed to rows {@code [query][keys]}, so that the sums over queries are products of a depth worth a tile.
 */
final class BackwardPanels {
    private static final Value.Variable QUERIES = segment("q");
    private static final Value.Variable KEYS = segment("k");
    private static final Value.Variable VALUES = segment("v");
    private static final Value.Variable QUERY_GRADIENT = segment("queryGradient");
    private static final Value.Variable KEY_GRADIENT = segment("keyGradient");
    private static final Value.Variable VALUE_GRADIENT = segment("valueGradient");

    private static final Value.Variable KEY_PANELS = array("keyPanels");
    private static final Value.Variable VALUE_PANELS = array("valuePanels");
    private static final Value.Variable KEY_ROWS = array("keyRows");
    private static final Value.Variable PANEL = segment("panel");
    private static final Value.Variable SCORE_GRADIENTS = segment("scoreGradients");
    private static final Value.Variable TEMPORARY = segment("temporary");

    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable STATISTIC_AT = variable("statisticAt", KernelType.LONG);

    private static final String PACK_ROWS = "packRows";
    private static final String PACK_KEY_ROWS = "packKeyRows";
    private static final String UNPACK_QUERIES = "unpackQueries";
    private static final String UNPACK_KEYS = "unpackKeys";

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionMethods methods;
    private final BackwardMethods sums;
    private final TileLibrary library;

    BackwardPanels(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.methods = new AttentionMethods(geometry);
        this.sums = new BackwardMethods(geometry);
        this.library = geometry.library();
    }

    private static Value.Variable segment(String name) {
        return variable(name, KernelType.SEGMENT);
    }

    private static Value.Variable array(String name) {
        return variable(name, KernelType.ARRAY);
    }

    /** The launch's buffers. */
    List<Value.Variable> buffers() {
        List<Value.Variable> buffers = new ArrayList<>(List.of(QUERIES, KEYS, VALUES, OUTPUT, LOG_SUM_EXP, GRADIENT));
        if (launch.starts()) {
            buffers.add(AttentionMethods.STARTS);
        }
        buffers.addAll(List.of(QUERY_GRADIENT, KEY_GRADIENT, VALUE_GRADIENT));
        return buffers;
    }

    /** Queries that are worked on together. */
    int span(BackwardTask task) {
        return task == BackwardTask.QUERIES ? geometry.panel() : sums.span();
    }

    private int span() {
        return span(BackwardTask.BOTH);
    }

    List<Kernel.Scratch> scratch() {
        long tile = (long) geometry.keyBlock() * geometry.panel();
        long rows = (long) geometry.keyBlock() * span();
        long sums = (long) geometry.keyBlock() * geometry.paddedHead();
        List<Kernel.Scratch> scratch = new ArrayList<>(List.of(
                own(KEY_PANELS, geometry.keyPanels()),
                own(VALUE_PANELS, geometry.keyPanels()),
                own(KEY_ROWS, geometry.rowPanels(geometry.keyBlock())),
                own(QUERY_ROWS, geometry.rowPanels(span())),
                own(GRADIENT_ROWS, geometry.rowPanels(span())),
                own(PANEL, geometry.headPanel()),
                own(SCORES, tile),
                own(SCORE_GRADIENTS, tile),
                own(STATISTICS, (long) AttentionPasses.STATISTICS * geometry.panel()),
                own(WEIGHT_ROWS, rows),
                own(SCORE_ROWS, rows),
                own(KEY_SUMS, sums),
                own(VALUE_SUMS, sums),
                own(TEMPORARY, (long) geometry.panel() * geometry.panel())));
        scratch.addAll(methods.startScratch());
        return scratch;
    }

    private static Kernel.Scratch own(Value.Variable variable, long elements) {
        return new Kernel.Scratch(variable, elements, false);
    }

    /** Packs a block of keys and values, and begins its sums. */
    void beginBlock(Emitter body, BackwardTask task, Value at, Value block, Value keys) {
        call(body, AttentionMethods.PACK_KEYS, KEYS, at, block, keys, KEY_PANELS);
        call(body, AttentionMethods.PACK_KEYS, VALUES, at, block, keys, VALUE_PANELS);
        if (task != BackwardTask.KEYS) {
            call(body, PACK_KEY_ROWS, KEYS, at, keys, KEY_ROWS);
        }
        if (task != BackwardTask.QUERIES) {
            Value rows = integer((long) geometry.keyBlock() / geometry.panel() * geometry.paddedHead());
            call(body, "Tiles.zeroPanel", KEY_SUMS, longInteger(0), rows);
            call(body, "Tiles.zeroPanel", VALUE_SUMS, longInteger(0), rows);
        }
    }

    /** Writes the block's sums. */
    void endBlock(Emitter body, Value at, Value keys) {
        body.loop("key", integer(0), keys, geometry.panel(), (loop, key) -> {
            Value.Variable count = loop.let("count", min(minus(keys, key), integer(geometry.panel())));
            Value.Variable to = loop.let("to", plus(at, times(toLong(key), (long) geometry.keyRow())));
            Value.Variable sumsAt = loop.let("sums", sums.sums(key));
            call(loop, UNPACK_KEYS, KEY_SUMS, sumsAt, TEMPORARY, KEY_GRADIENT, to, count);
            call(loop, UNPACK_KEYS, VALUE_SUMS, sumsAt, TEMPORARY, VALUE_GRADIENT, to, count);
        });
    }

    /** Methods that all tasks use. */
    List<Method> shared() {
        List<Method> all = new ArrayList<>(List.of(
                sums.statistics(),
                methods.packQueries(),
                methods.packKeys(),
                methods.packRows(PACK_KEY_ROWS, geometry.keyRow(), geometry.keyBlock()),
                methods.packRows(PACK_ROWS, geometry.queryRow(), span()),
                methods.score(),
                methods.product(false),
                methods.product(true),
                methods.unpack(UNPACK_QUERIES, geometry.queryRow(), false, KernelType.SEGMENT),
                methods.unpack(UNPACK_KEYS, geometry.keyRow(), false, KernelType.SEGMENT),
                sums.turn()));
        if (geometry.keyBlocks() > 1) {
            all.add(methods.unpack(UNPACK_QUERIES + "Add", geometry.queryRow(), true, KernelType.SEGMENT));
        }
        return all;
    }

    /** The methods of one task. */
    List<Method> methods(BackwardTask task) {
        List<Method> all = new ArrayList<>(List.of(method(task), panel(task)));
        if (task != BackwardTask.QUERIES) {
            all.add(sums.sumUp());
        }
        return all;
    }

    /** A few panels of queries, from query, against a block of keys. */
    Method method(BackwardTask task) {
        List<Value.Variable> parameters = new ArrayList<>(panel(task).parameters());
        parameters.removeAll(List.of(COUNT, ROW, PLACE_QUERY));
        parameters.addAll(List.of(BLOCK_KEYS, QUERY, ROWS));
        if (task != BackwardTask.QUERIES) {
            parameters.addAll(List.of(QUERY_ROWS, GRADIENT_ROWS, KEY_SUMS, VALUE_SUMS));
        }
        String comment = "Some panels of a head's queries against a block of keys.";
        return Method.of(task.named("attend"), comment, parameters, body -> {
            if (task != BackwardTask.QUERIES) {
                call(body, PACK_ROWS, QUERIES, AT, ROWS, QUERY_ROWS);
                call(body, PACK_ROWS, GRADIENT, AT, ROWS, GRADIENT_ROWS);
            }
            body.loop(ROW.name(), integer(0), ROWS, geometry.panel(), (loop, row) -> {
                loop.let(PLACE_QUERY.name(), plus(QUERY, row));
                loop.let(COUNT.name(), min(minus(ROWS, row), integer(geometry.panel())));
                loop.add(panel(task).call());
            });
            if (task != BackwardTask.QUERIES) {
                body.add(sums.sumUp().call());
            }
        });
    }

    private static final Value.Variable PLACE_QUERY = variable("place", KernelType.INT);

    private Method panel(BackwardTask task) {
        List<Value.Variable> parameters = new ArrayList<>(List.of(QUERIES, OUTPUT, LOG_SUM_EXP, GRADIENT));
        parameters.addAll(List.of(KEY_PANELS, VALUE_PANELS));
        if (task != BackwardTask.KEYS) {
            parameters.addAll(List.of(QUERY_GRADIENT, KEY_ROWS, TEMPORARY));
        }
        if (task != BackwardTask.QUERIES) {
            parameters.addAll(List.of(WEIGHT_ROWS, SCORE_ROWS));
        }
        parameters.addAll(
                List.of(PANEL, SCORES, SCORE_GRADIENTS, STATISTICS, BLOCK, PLACE_QUERY, COUNT, ROW, AT, STATISTIC_AT));
        parameters.addAll(methods.startParameters());
        String comment = "One panel: weights, score gradients and what is summed from them over keys.";
        return Method.of(task.named("panel"), comment, parameters, body -> {
            Visible visible = methods.visible(body, BLOCK, PLACE_QUERY, COUNT);
            body.when(less(visible.begin(), visible.seen()), some -> gradients(some, task, visible));
        });
    }

    private void gradients(Emitter body, BackwardTask task, Visible visible) {
        Value zero = longInteger(0);
        Value scale = number(launch.scale(), 1);
        Value.Variable at = body.let("rowAt", plus(AT, times(toLong(ROW), (long) geometry.queryRow())));
        Value line = plus(STATISTIC_AT, toLong(times(ROW, Float.BYTES)));
        Value.Variable count = body.let("seenKeys", minus(visible.seen(), visible.begin()));
        Value.Variable scores = body.let("scoresAt", methods.panelRow(visible.begin()));
        call(body, STATISTICS_OF, OUTPUT, GRADIENT, at, LOG_SUM_EXP, line, STATISTICS, COUNT);
        call(body, AttentionMethods.PACK_QUERIES, QUERIES, at, COUNT, PANEL);
        call(body, "Tiles.scalePanel", PANEL, zero, integer(launch.headSize()), scale);
        call(body, AttentionMethods.SCORE, KEY_PANELS, PANEL, SCORES, visible.begin(), visible.seen());
        methods.mask(body, SCORES, visible, BLOCK, PLACE_QUERY, COUNT);
        call(body, AttentionMethods.PACK_QUERIES, GRADIENT, at, COUNT, PANEL);
        call(body, AttentionMethods.SCORE, VALUE_PANELS, PANEL, SCORE_GRADIENTS, visible.begin(), visible.seen());
        call(body, "Tiles.scoreGradients", SCORES, SCORE_GRADIENTS, scores, count, STATISTICS, zero, scale);
        if (task != BackwardTask.KEYS) {
            queryGradient(body, visible, at, scores, count);
        }
        if (task != BackwardTask.QUERIES) {
            turn(body, visible);
        }
    }

    private void queryGradient(Emitter body, Visible visible, Value at, Value scores, Value count) {
        call(
                body,
                AttentionMethods.productName(false),
                KEY_ROWS,
                times(visible.begin(), library.rows()),
                integer(library.leftPanel(geometry.keyBlock())),
                SCORE_GRADIENTS,
                scores,
                PANEL,
                longInteger(0),
                count);
        Value[] arguments = {PANEL, longInteger(0), TEMPORARY, QUERY_GRADIENT, at, COUNT};
        if (geometry.keyBlocks() == 1) {
            call(body, UNPACK_QUERIES, arguments);
            return;
        }
        Value oldest = multiple(visible.oldest(), geometry.keyBlock());
        body.when(same(BLOCK, oldest), first -> call(first, UNPACK_QUERIES, arguments));
        body.when(less(oldest, BLOCK), later -> call(later, UNPACK_QUERIES + "Add", arguments));
    }

    /** Rows go in whole panels of keys; keys of the first that the queries do not see weigh nothing. */
    private void turn(Emitter body, Visible visible) {
        Value first = integer(0);
        if (launch.window() > 0 || launch.starts()) {
            first = body.let("firstKey", multiple(visible.begin(), geometry.panel()));
            Value unseen = minus(visible.begin(), first);
            Value from = methods.panelRow(first);
            call(body, "Tiles.zeroPanel", SCORES, from, unseen);
            call(body, "Tiles.zeroPanel", SCORE_GRADIENTS, from, unseen);
        }
        call(body, TURN, SCORES, first, visible.seen(), WEIGHT_ROWS, ROW);
        call(body, TURN, SCORE_GRADIENTS, first, visible.seen(), SCORE_ROWS, ROW);
    }
}
