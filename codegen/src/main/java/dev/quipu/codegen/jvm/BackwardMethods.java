package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.divide;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.load;
import static dev.quipu.codegen.jvm.Values.longInteger;
import static dev.quipu.codegen.jvm.Values.max;
import static dev.quipu.codegen.jvm.Values.min;
import static dev.quipu.codegen.jvm.Values.multiple;
import static dev.quipu.codegen.jvm.Values.store;
import static dev.quipu.codegen.jvm.Values.variable;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * Methods of attention's backward kernels that do not depend on the task. Weights and score gradients of two panels are
 * transposed to rows {@code [query][keys]}, so that the sums over queries are products of a depth worth a tile.
 */
final class BackwardMethods {
    static final Value.Variable OUTPUT = variable("out", KernelType.SEGMENT);
    static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    static final Value.Variable GRADIENT = variable("gradient", KernelType.SEGMENT);
    static final Value.Variable QUERY_ROWS = variable("queryRows", KernelType.ARRAY);
    static final Value.Variable GRADIENT_ROWS = variable("gradientRows", KernelType.ARRAY);
    static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    static final Value.Variable STATISTICS = variable("statistics", KernelType.SEGMENT);
    static final Value.Variable WEIGHT_ROWS = variable("weightRows", KernelType.SEGMENT);
    static final Value.Variable SCORE_ROWS = variable("scoreRows", KernelType.SEGMENT);
    static final Value.Variable KEY_SUMS = variable("keySums", KernelType.SEGMENT);
    static final Value.Variable VALUE_SUMS = variable("valueSums", KernelType.SEGMENT);
    static final Value.Variable BLOCK = variable("block", KernelType.INT);
    static final Value.Variable BLOCK_KEYS = variable("keys", KernelType.INT);
    static final Value.Variable QUERY = variable("query", KernelType.INT);
    static final Value.Variable ROWS = variable("rows", KernelType.INT);
    static final Value.Variable COUNT = variable("count", KernelType.INT);
    static final Value.Variable ROW = variable("row", KernelType.INT);

    static final String TURN = "turn";
    static final String STATISTICS_OF = "statistics";

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionMethods methods;
    private final TileLibrary library;

    BackwardMethods(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.methods = new AttentionMethods(geometry);
        this.library = geometry.library();
    }

    /** Queries whose contributions to keys are summed together. */
    int span() {
        return 2 * geometry.panel();
    }

    /** Transposes scores: of every panel of keys, span rows of queries, here from a row on. */
    Method turn() {
        Value.Variable first = variable("first", KernelType.INT);
        Value.Variable seen = variable("seen", KernelType.INT);
        Value.Variable turned = variable("turned", KernelType.SEGMENT);
        String comment = "Scores [key][query] as rows [query][keys], for every panel of keys " + span() + " rows.";
        return Method.of(
                TURN,
                comment,
                List.of(SCORES, first, seen, turned, ROW),
                body -> body.loop("key", first, seen, library.lanes(), (loop, key) -> {
                    Value panel = times(divide(key, geometry.panel()), span());
                    Value column = minus(key, multiple(key, geometry.panel()));
                    Value to = plus(methods.panelRow(plus(panel, ROW)), toLong(times(column, Float.BYTES)));
                    call(
                            loop,
                            library.packRightTransposed(library.lanes()),
                            SCORES,
                            methods.panelRow(key),
                            integer(geometry.panelRow()),
                            turned,
                            to,
                            integer(geometry.panel()));
                }));
    }

    /** Sums over the queries of the span, for each panel of keys those of its queries that see it. */
    Method sumUp() {
        String comment = "Adds what the queries give to the gradients of the block's keys and values.";
        List<Value.Variable> parameters = new ArrayList<>(List.of(
                WEIGHT_ROWS,
                SCORE_ROWS,
                QUERY_ROWS,
                GRADIENT_ROWS,
                KEY_SUMS,
                VALUE_SUMS,
                BLOCK,
                BLOCK_KEYS,
                QUERY,
                ROWS));
        if (launch.starts()) {
            parameters.addAll(List.of(AttentionMethods.STARTS, AttentionMethods.STARTS_AT));
        }
        return Method.of("sumUp", comment, parameters, body -> {
            Value.Variable behind = body.let("behind", minus(QUERY, BLOCK));
            Value.Variable end = body.let("end", min(plus(behind, ROWS), BLOCK_KEYS));
            PanelEnd seenBy = seenBy(body, behind);
            body.loop("key", firstPanel(QUERY, behind), end, geometry.panel(), (loop, key) -> {
                Value.Variable first = loop.let("first", max(minus(key, behind), integer(0)));
                Value.Variable depth = loop.let("depth", minus(seenBy.end(key), first));
                Value row = plus(times(divide(key, geometry.panel()), span()), first);
                Value.Variable rowsAt = loop.let("rowsAt", methods.panelRow(row));
                Value.Variable sums = loop.let("sums", sums(key));
                sum(loop, GRADIENT_ROWS, WEIGHT_ROWS, VALUE_SUMS, first, rowsAt, sums, depth);
                sum(loop, QUERY_ROWS, SCORE_ROWS, KEY_SUMS, first, rowsAt, sums, depth);
            });
        });
    }

    /** The first row of the span that does not see a panel of keys any more. */
    private interface PanelEnd {
        Value end(Value key);
    }

    private PanelEnd seenBy(Emitter body, Value behind) {
        if (launch.starts()) {
            // the last row may be the first panel's: then the second's begin is beside the point
            Value second = min(plus(QUERY, geometry.panel()), integer(launch.queries() - 1L));
            Value.Variable begin = body.let("secondBegin", firstPanel(second, minus(second, BLOCK)));
            return key -> {
                Value rows = new Value.Select(less(key, begin), integer(geometry.panel()), integer(span()));
                return min(ROWS, rows);
            };
        }
        if (launch.window() > 0) {
            long reach = 2L * geometry.panel() + launch.window() - 2;
            return key -> min(ROWS, multiple(plus(minus(key, behind), reach), geometry.panel()));
        }
        return key -> ROWS;
    }

    /** Where in the block the first panel of keys begins that a query sees. */
    private Value firstPanel(Value query, Value behind) {
        if (launch.starts()) {
            return multiple(max(minus(methods.oldest(query), BLOCK), integer(0)), geometry.panel());
        }
        return launch.window() == 0
                ? integer(0)
                : multiple(max(minus(behind, integer(launch.window() - 1L)), integer(0)), geometry.panel());
    }

    private void sum(
            Emitter body, Value left, Value right, Value sum, Value first, Value rowsAt, Value sums, Value depth) {
        call(
                body,
                AttentionMethods.productName(true),
                left,
                times(first, library.rows()),
                integer(library.leftPanel(span())),
                right,
                rowsAt,
                sum,
                sums,
                depth);
    }

    /** Log-sum-exp of a panel's queries, and scale times delta: the sum of output times gradient. */
    Method statistics() {
        int lanes = library.lanes();
        int whole = launch.headSize() / lanes * lanes;
        Value.Variable at = variable("at", KernelType.LONG);
        Value.Variable line = variable("line", KernelType.LONG);
        String comment = "Log-sum-exp of a panel's queries, and scale * sum of output * gradient.";
        KernelType factors = Segments.type(launch.buffers().getFirst());
        Value.Variable output = variable(OUTPUT.name(), factors);
        Value.Variable gradient = variable(GRADIENT.name(), factors);
        List<Value.Variable> parameters = List.of(output, gradient, at, LOG_SUM_EXP, line, STATISTICS, COUNT);
        return Method.of(STATISTICS_OF, comment, parameters, body -> {
            Value logSumExp = longInteger(AttentionPasses.LOG_SUM_EXP * geometry.panelRow());
            call(body, "Tiles.copyFloats", LOG_SUM_EXP, line, STATISTICS, logSumExp, COUNT);
            body.loop("query", integer(0), COUNT, 1, (loop, query) -> {
                Value.Variable from = loop.let("from", plus(at, times(toLong(query), (long) geometry.queryRow())));
                Value.Variable sum = loop.let("sum", number(0, lanes));
                loop.loop("d", integer(0), integer(whole), lanes, (inner, d) -> {
                    Value place = plus(from, toLong(times(d, Float.BYTES)));
                    Value product = new Value.Fma(load(lanes, output, place), load(lanes, gradient, place), sum);
                    inner.add(new Statement.Assign(sum, product));
                });
                int tail = launch.headSize() - whole;
                if (tail > 0) {
                    Value place = plus(from, (long) whole * Float.BYTES);
                    KernelType type = KernelType.floats(lanes);
                    Value outputs = new Value.Load(type, output, place, tail);
                    Value gradients = new Value.Load(type, gradient, place, tail);
                    loop.add(new Statement.Assign(sum, new Value.Fma(outputs, gradients, sum)));
                }
                Value delta = times(loop.lanes(Value.BinaryOperator.ADD, sum), number(launch.scale(), 1));
                Value to = plus(toLong(times(query, Float.BYTES)), AttentionPasses.DELTA * geometry.panelRow());
                store(loop, STATISTICS, to, delta);
            });
        });
    }
    /** Address of the sums of the panel of keys that begins with a key. */
    Value sums(Value key) {
        return times(toLong(divide(key, geometry.panel())), geometry.headPanel() * Float.BYTES);
    }
}
