package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.atLeast;
import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.max;
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

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * What attention's backward pass does with a strip of queries and a block of keys. Group by group it computes weights and score
 * gradients and what is summed from them over keys; they are kept for the whole strip, so that the sums over queries are products
 * of a depth worth a tile.
 */
final class BackwardGroups {
    private static final Value.Variable QUERIES = segment("q");
    private static final Value.Variable KEYS = segment("k");
    private static final Value.Variable VALUES = segment("v");
    private static final Value.Variable OUTPUT = segment("out");
    private static final Value.Variable LOG_SUM_EXP = segment("logSumExp");
    private static final Value.Variable GRADIENT = segment("gradient");
    private static final Value.Variable QUERY_GRADIENT = segment("queryGradient");
    private static final Value.Variable KEY_GRADIENT = segment("keyGradient");
    private static final Value.Variable VALUE_GRADIENT = segment("valueGradient");

    private static final Value.Variable KEY_PANELS = segment("keyPanels");
    private static final Value.Variable VALUE_PANELS = segment("valuePanels");
    private static final Value.Variable LINES = array("lines");
    private static final Value.Variable STATISTICS = array("statistics");
    private static final Value.Variable WEIGHTS = array("weights");
    private static final Value.Variable SCORE_GRADIENTS = array("scoreGradients");
    private static final Value.Variable PRODUCT = array("product");
    private static final Value.Variable KEY_SUMS = array("keySums");
    private static final Value.Variable VALUE_SUMS = array("valueSums");

    private static final Value.Variable BLOCK = variable("block", KernelType.INT);
    private static final Value.Variable BLOCK_KEYS = variable("keys", KernelType.INT);
    private static final Value.Variable QUERY = variable("query", KernelType.INT);
    private static final Value.Variable STRIP_ROWS = variable("rows", KernelType.INT);
    private static final Value.Variable QUERY_END = variable("queryEnd", KernelType.INT);
    private static final Value.Variable MEMBER = variable("member", KernelType.INT);
    private static final Value.Variable KEYS_AT = variable("keysAt", KernelType.LONG);
    private static final Value.Variable ROW = variable("row", KernelType.INT);
    private static final Value.Variable PLACE = variable("place", KernelType.INT);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable STATISTIC_AT = variable("statisticAt", KernelType.LONG);

    private static final String COPY_KEYS = "copyKeys";
    private static final String COPY_QUERIES = "copyQueries";
    private static final String SUM_UP = "sumUp";

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionMethods methods;
    private final BackwardPasses passes;
    private final VisibleKeys visible;
    private final HeadRows keyRows;
    private final HeadRows queryRows;
    private final HeadRows gradientRows;

    BackwardGroups(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.methods = new AttentionMethods(geometry);
        this.passes = new BackwardPasses(geometry);
        this.visible = new VisibleKeys(geometry);
        this.keyRows = HeadRows.of(geometry, KEYS, KEYS_AT, geometry.keyRow(), "keyRows");
        this.queryRows = HeadRows.of(geometry, QUERIES, AT, geometry.queryRow(), "queryRows");
        this.gradientRows = HeadRows.of(geometry, GRADIENT, AT, geometry.queryRow(), "gradientRows");
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
            buffers.add(VisibleKeys.STARTS);
        }
        buffers.addAll(List.of(QUERY_GRADIENT, KEY_GRADIENT, VALUE_GRADIENT));
        return buffers;
    }

    List<Kernel.Scratch> scratch() {
        long group = (long) geometry.rows() * geometry.line();
        long strip = (long) geometry.strip() * geometry.line();
        long rows = (long) geometry.strip() * geometry.paddedHead();
        List<Kernel.Scratch> scratch = new ArrayList<>(List.of(
                own(KEY_PANELS, geometry.block()),
                own(VALUE_PANELS, geometry.block()),
                own(LINES, group),
                own(STATISTICS, BackwardPasses.statistics(geometry)),
                own(WEIGHTS, strip),
                own(SCORE_GRADIENTS, strip),
                own(PRODUCT, (long) geometry.rows() * geometry.paddedHead()),
                own(KEY_SUMS, geometry.block()),
                own(VALUE_SUMS, geometry.block())));
        if (keyRows.areCopies()) {
            scratch.add(own(keyRows.memory(), geometry.block()));
        }
        if (queryRows.areCopies()) {
            scratch.add(own(queryRows.memory(), rows));
            scratch.add(own(gradientRows.memory(), rows));
        }
        return scratch;
    }

    private static Kernel.Scratch own(Value.Variable variable, long elements) {
        return new Kernel.Scratch(variable, elements, false);
    }

    /** Packs a block of keys and values. */
    void beginBlock(Emitter body, BackwardTask task, Value at, Value block, Value keys) {
        call(body, AttentionMethods.PACK_KEYS, KEYS, at, block, keys, KEY_PANELS);
        call(body, AttentionMethods.PACK_KEYS, VALUES, at, block, keys, VALUE_PANELS);
        if (task != BackwardTask.KEYS && keyRows.areCopies()) {
            call(body, COPY_KEYS, KEYS, at, keys, keyRows.memory());
        }
    }

    /** Methods that all tasks use. */
    List<Method> shared() {
        List<Method> all = new ArrayList<>(List.of(methods.packKeys(), methods.lines(), methods.score()));
        if (keyRows.areCopies()) {
            all.add(methods.copyRows(COPY_KEYS, geometry.keyRow()));
        }
        if (queryRows.areCopies()) {
            all.add(methods.copyRows(COPY_QUERIES, geometry.queryRow()));
        }
        all.addAll(visible.methods());
        all.addAll(
                List.of(passes.statistics(), passes.gradients(), methods.weigh(keyRows), passes.writeQueries(false)));
        if (geometry.keyBlocks() > 1) {
            all.add(passes.writeQueries(true));
        }
        if (!visible.isFromTheFirst()) {
            all.add(passes.zeroLines());
        }
        all.addAll(List.of(sumUp(), methods.sum(false, queryRows), methods.sum(true, queryRows), passes.writeSums()));
        return all;
    }

    /** The methods of one task. */
    List<Method> methods(BackwardTask task) {
        return List.of(method(task), group(task));
    }

    /** A strip of queries, from query, against a block of keys. */
    Method method(BackwardTask task) {
        List<Value.Variable> parameters = new ArrayList<>(group(task).parameters());
        parameters.removeAll(List.of(COUNT, ROW, PLACE));
        for (Value.Variable more : List.of(BLOCK_KEYS, QUERY, STRIP_ROWS)) {
            if (!parameters.contains(more)) {
                parameters.add(more);
            }
        }
        if (task != BackwardTask.QUERIES) {
            sumUp().parameters().stream()
                    .filter(one -> !parameters.contains(one))
                    .forEach(parameters::add);
        }
        String comment = "A strip of a head's queries against a block of keys.";
        return Method.of(task.named("attend"), comment, parameters, body -> {
            body.loop(ROW.name(), integer(0), STRIP_ROWS, geometry.rows(), (loop, row) -> {
                loop.let(PLACE.name(), plus(QUERY, row));
                loop.let(COUNT.name(), min(minus(STRIP_ROWS, row), integer(geometry.rows())));
                loop.add(group(task).call());
            });
            if (task != BackwardTask.QUERIES) {
                if (queryRows.areCopies()) {
                    call(body, COPY_QUERIES, QUERIES, AT, STRIP_ROWS, queryRows.memory());
                    call(body, COPY_QUERIES, GRADIENT, AT, STRIP_ROWS, gradientRows.memory());
                }
                body.add(sumUp().call());
            }
        });
    }

    private Method group(BackwardTask task) {
        List<Value.Variable> parameters = new ArrayList<>(List.of(QUERIES, OUTPUT, LOG_SUM_EXP, GRADIENT));
        parameters.addAll(List.of(KEY_PANELS, VALUE_PANELS));
        if (task != BackwardTask.KEYS) {
            parameters.addAll(keyRows.parameters());
            parameters.addAll(List.of(QUERY_GRADIENT, PRODUCT));
        }
        parameters.addAll(List.of(LINES, STATISTICS, WEIGHTS, SCORE_GRADIENTS));
        parameters.addAll(List.of(BLOCK, PLACE, COUNT, ROW, AT, STATISTIC_AT));
        if (needsZeros(task)) {
            parameters.addAll(List.of(BLOCK_KEYS, QUERY, STRIP_ROWS));
        }
        parameters.addAll(visible.parameters());
        String comment = "A group: weights, score gradients and what is summed from them over keys.";
        return Method.of(task.named("group"), comment, parameters, body -> {
            VisibleKeys.Range range = visible.of(body, BLOCK, PLACE, COUNT);
            Value.Variable lines = body.let("linesAt", times(ROW, geometry.line()));
            body.when(range.some(), some -> gradients(some, task, range, lines));
            if (needsZeros(task)) {
                Value.Variable first = body.let("first", multiple(firstKey(QUERY), geometry.lanes()));
                Value behind = plus(minus(QUERY, BLOCK), STRIP_ROWS);
                Value last = body.let("last", min(behind, BLOCK_KEYS));
                body.when(range.some(), some -> zero(some, lines, first, range.begin()));
                body.when(range.none(), none -> zero(none, lines, first, last));
            }
        });
    }

    private boolean needsZeros(BackwardTask task) {
        return task != BackwardTask.QUERIES && !visible.isFromTheFirst();
    }

    private static void zero(Emitter body, Value lines, Value begin, Value end) {
        call(body, BackwardPasses.ZERO_LINES, WEIGHTS, SCORE_GRADIENTS, lines, begin, end);
    }

    /** In the block, the first key whose sums a strip that begins with a query adds to. */
    private Value firstKey(Value query) {
        if (visible.isFromTheFirst()) {
            return integer(0);
        }
        return multiple(max(minus(visible.oldest(query), BLOCK), integer(0)), geometry.rows());
    }

    private void gradients(Emitter body, BackwardTask task, VisibleKeys.Range range, Value.Variable lines) {
        Value.Variable at = body.let("rowAt", plus(AT, times(toLong(ROW), (long) geometry.queryRow())));
        Value line = plus(STATISTIC_AT, toLong(times(ROW, Float.BYTES)));
        call(body, BackwardPasses.STATISTICS_OF, OUTPUT, GRADIENT, at, LOG_SUM_EXP, line, STATISTICS, COUNT);
        call(body, AttentionMethods.LINES, QUERIES, at, COUNT, LINES, AttentionPasses.scale(launch));
        call(body, AttentionMethods.SCORE, LINES, KEY_PANELS, WEIGHTS, lines, range.begin(), range.end());
        visible.mask(body, WEIGHTS, lines, range, BLOCK, PLACE, COUNT, AttentionPasses.MASKED);
        call(body, AttentionMethods.LINES, GRADIENT, at, COUNT, LINES, number(1, 1));
        call(body, AttentionMethods.SCORE, LINES, VALUE_PANELS, SCORE_GRADIENTS, lines, range.begin(), range.end());
        // a weight of zero does not make zero of what lies behind the last value
        visible.mask(body, SCORE_GRADIENTS, lines, range, BLOCK, PLACE, COUNT, 0);
        call(body, BackwardPasses.GRADIENTS, WEIGHTS, SCORE_GRADIENTS, lines, range.begin(), range.end(), STATISTICS);
        if (task != BackwardTask.KEYS) {
            queryGradient(body, range, lines, at);
        }
    }

    private void queryGradient(Emitter body, VisibleKeys.Range range, Value lines, Value at) {
        Value zero = integer(0);
        Value rows = keyRows.at(range.begin());
        Value weights = plus(lines, range.begin());
        Value depth = minus(range.seen(), range.begin());
        call(body, AttentionMethods.WEIGH, SCORE_GRADIENTS, weights, keyRows.memory(), rows, PRODUCT, zero, depth);
        Value[] arguments = {PRODUCT, QUERY_GRADIENT, at, COUNT};
        if (geometry.keyBlocks() == 1) {
            call(body, BackwardPasses.writeQueriesName(false), arguments);
            return;
        }
        Value oldest = multiple(range.oldest(), geometry.keyBlock());
        body.when(same(BLOCK, oldest), first -> call(first, BackwardPasses.writeQueriesName(false), arguments));
        body.when(less(oldest, BLOCK), later -> call(later, BackwardPasses.writeQueriesName(true), arguments));
    }

    /**
     * Sums over the queries of the strip, for each group of keys those that see some of it. A key's sums begin with the strip
     * of its own query, and are written when no further strip sees it, while they are in the first-level cache.
     */
    private Method sumUp() {
        String comment = "Adds what the queries give to the gradients of the block's keys and values.";
        List<Value.Variable> parameters = new ArrayList<>(List.of(WEIGHTS, SCORE_GRADIENTS));
        parameters.addAll(queryRows.parameters());
        parameters.add(gradientRows.memory());
        parameters.addAll(List.of(KEY_SUMS, VALUE_SUMS, KEY_GRADIENT, VALUE_GRADIENT, KEYS_AT));
        parameters.addAll(List.of(BLOCK, BLOCK_KEYS, QUERY, STRIP_ROWS, QUERY_END));
        if (geometry.group() > 1) {
            parameters.add(MEMBER);
        }
        parameters.addAll(visible.parameters());
        return Method.of(SUM_UP, comment, parameters, body -> {
            Value.Variable behind = body.let("behind", minus(QUERY, BLOCK));
            Value.Variable end = body.let("end", min(plus(behind, STRIP_ROWS), BLOCK_KEYS));
            Value.Variable fresh = fresh(body, behind);
            Value.Variable done = done(body);
            body.loop("key", body.let("begin", firstKey(QUERY)), end, geometry.rows(), (loop, key) -> {
                Value.Variable first = loop.let("first", max(minus(key, behind), integer(0)));
                Value last = STRIP_ROWS;
                if (launch.window() > 0) {
                    last = min(STRIP_ROWS, plus(minus(key, behind), geometry.rows() - 1L + launch.window()));
                }
                Value.Variable depth = loop.let("depth", minus(last, first));
                Value.Variable weights = loop.let("weightsAt", plus(times(first, geometry.line()), key));
                Value.Variable rows = loop.let("rowsAt", queryRows.at(first));
                Value.Variable sums = loop.let("sumsAt", times(key, geometry.paddedHead()));
                loop.when(atLeast(key, fresh), some -> sum(some, AttentionMethods.SUM, weights, rows, sums, depth));
                loop.when(less(key, fresh), some -> sum(some, AttentionMethods.ADD, weights, rows, sums, depth));
                loop.when(less(key, done), some -> {
                    Value at = plus(KEYS_AT, times(toLong(key), (long) geometry.keyRow()));
                    Value count = min(minus(BLOCK_KEYS, key), integer(geometry.rows()));
                    call(some, BackwardPasses.WRITE_SUMS, VALUE_SUMS, sums, VALUE_GRADIENT, at, count);
                    call(some, BackwardPasses.WRITE_SUMS, KEY_SUMS, sums, KEY_GRADIENT, at, count);
                });
            });
        });
    }

    private void sum(Emitter body, String method, Value weights, Value rows, Value sums, Value depth) {
        call(body, method, WEIGHTS, weights, gradientRows.memory(), rows, VALUE_SUMS, sums, depth);
        call(body, method, SCORE_GRADIENTS, weights, queryRows.memory(), rows, KEY_SUMS, sums, depth);
    }

    /** From which key on sums begin. */
    private Value.Variable fresh(Emitter body, Value behind) {
        Value.Variable fresh = body.let("fresh", behind);
        if (geometry.group() > 1) {
            body.when(less(integer(0), MEMBER), later -> later.add(new Statement.Assign(fresh, BLOCK_KEYS)));
        }
        return fresh;
    }

    /** Until which key no further query adds to the sums: what the next strip sees begins there. */
    private Value.Variable done(Emitter body) {
        Value.Variable done = body.let("done", BLOCK_KEYS);
        Value next = plus(QUERY, STRIP_ROWS);
        body.when(less(next, QUERY_END), more -> more.add(new Statement.Assign(done, firstKey(next))));
        if (geometry.group() > 1) {
            Value last = integer(geometry.group() - 1L);
            body.when(less(MEMBER, last), more -> more.add(new Statement.Assign(done, integer(0))));
        }
        return done;
    }
}
