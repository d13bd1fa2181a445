package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.load;
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
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * What attention's forward pass does between and behind its products. A group's statistics are
 *
 * <pre>
 *     sums of exponentials [query][lane]      largest scores [query]      factors [query] for what was summed before
 * </pre>
 *
 * where the last two fill whole vectors ({@link RowFolds}).
 *
 * <p>Masked scores are -1e30 and the largest score starts at -1e29, so that a query that sees no key of a block yet gets
 * exponentials of exactly zero.
 */
final class AttentionPasses {
    static final double MASKED = -1e30;
    static final double LOWEST_MAXIMUM = -1e29;

    static final String MAXIMA = "maxima";
    static final String RAISE = "raise";
    static final String EXPONENTIALS = "exponentials";
    static final String MERGE = "merge";
    static final String FINISH = "finish";

    private static final Value.Variable SCORES = variable("scores", KernelType.ARRAY);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable END = variable("end", KernelType.INT);
    private static final Value.Variable STATE = variable("state", KernelType.ARRAY);
    private static final Value.Variable STATE_AT = variable("stateAt", KernelType.INT);
    private static final Value.Variable STATISTICS_AT = variable("statisticsAt", KernelType.INT);
    private static final Value.Variable LARGEST_AT = variable("largestAt", KernelType.INT);
    private static final Value.Variable PRODUCT = variable("product", KernelType.ARRAY);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    private static final Value.Variable STATISTIC_AT = variable("statisticAt", KernelType.LONG);

    private final AttentionGeometry geometry;
    private final RowFolds folds;
    private final int lanes;

    AttentionPasses(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.folds = new RowFolds(geometry.rows(), geometry.lanes());
        this.lanes = geometry.lanes();
    }

    /** Floats of a group's statistics. */
    static long size(AttentionGeometry geometry) {
        RowFolds folds = new RowFolds(geometry.rows(), geometry.lanes());
        return (long) geometry.rows() * geometry.lanes() + 2L * folds.size();
    }

    /** The largest scores of a group with these statistics. */
    Value largest(Value statistics) {
        return plus(statistics, (long) geometry.rows() * lanes);
    }

    /** The factors of a group with these statistics. */
    Value factors(Value statistics) {
        return plus(largest(statistics), folds.size());
    }

    /** {@code (scores, begin, end, state, largestAt)}. All rows at once: one comparison after the other waits for the one before. */
    Method maxima() {
        String comment = "The largest score of each query.";
        return Method.of(MAXIMA, comment, List.of(SCORES, BEGIN, END, STATE, LARGEST_AT), body -> {
            List<Value.Variable> most = new ArrayList<>();
            for (int row = 0; row < geometry.rows(); row++) {
                most.add(body.let("most", number(LOWEST_MAXIMUM, lanes)));
            }
            body.loop("key", BEGIN, END, lanes, (loop, key) -> {
                for (int row = 0; row < geometry.rows(); row++) {
                    Value.Variable score = loop.let("s", load(lanes, SCORES, plus(key, (long) row * geometry.line())));
                    loop.add(new Statement.Assign(most.get(row), greater(score, most.get(row))));
                }
            });
            folds.fold(
                    body,
                    most,
                    AttentionPasses::greater,
                    (at, vector) -> store(body, STATE, plus(LARGEST_AT, at), vector));
        });
    }

    /** {@code (state, statisticsAt)}; a block's largest scores are where its factors will be. */
    Method raise() {
        String comment =
                "Raises each query's largest score to a block's; what was summed before shrinks by the factor.";
        return Method.of(RAISE, comment, List.of(STATE, STATISTICS_AT), body -> {
            for (int at = 0; at < folds.size(); at += lanes) {
                Value most = plus(largest(STATISTICS_AT), at);
                Value factors = plus(factors(STATISTICS_AT), at);
                Value.Variable before = body.let("before", load(lanes, STATE, most));
                Value.Variable larger = body.let("larger", greater(load(lanes, STATE, factors), before));
                Value less = body.let("less", minus(before, larger));
                store(body, STATE, factors, new JvmFunctions(body, lanes).weightOf(less));
                store(body, STATE, most, larger);
            }
            body.loop("row", integer(0), integer(geometry.rows()), 1, (loop, row) -> {
                Value.Variable at = loop.let("at", plus(STATISTICS_AT, times(row, lanes)));
                Value factor = splat(factors(STATISTICS_AT), row);
                store(loop, STATE, at, times(load(lanes, STATE, at), factor));
            });
        });
    }

    private static Value greater(Value first, Value second) {
        return new Value.Select(new Value.Compare(Comparison.GREATER, first, second), first, second);
    }

    /** A query's number of some that begin there, in all lanes. */
    private Value splat(Value begin, Value row) {
        return new Value.Splat(new Value.Load(KernelType.FLOAT, STATE, plus(begin, row)), lanes);
    }

    /** {@code (scores, begin, end, state, statisticsAt)}. */
    Method exponentials(boolean add) {
        String comment =
                "Weights exp(score - largest) in place of scores, and their sums" + (add ? " with those before." : ".");
        List<Value.Variable> parameters = List.of(SCORES, BEGIN, END, STATE, STATISTICS_AT);
        int together = together(geometry);
        return Method.of(
                exponentialsName(add),
                comment,
                parameters,
                body -> body.loop("row", integer(0), integer(geometry.rows()), together, (some, row) -> {
                    Value.Variable sumsAt = some.let("sumsAt", plus(STATISTICS_AT, times(row, lanes)));
                    Value.Variable line = some.let("line", times(row, geometry.line()));
                    List<Value.Variable> largest = new ArrayList<>();
                    List<Value.Variable> sums = new ArrayList<>();
                    for (int i = 0; i < together; i++) {
                        largest.add(some.let("largest", splat(largest(STATISTICS_AT), plus(row, i))));
                        Value before = load(lanes, STATE, plus(sumsAt, (long) i * lanes));
                        sums.add(some.let("sum", add ? before : number(0, lanes)));
                    }
                    some.loop("key", BEGIN, END, lanes, (loop, key) -> {
                        for (int i = 0; i < together; i++) {
                            Value at = plus(plus(line, key), (long) i * geometry.line());
                            Value x = loop.let("x", minus(load(lanes, SCORES, at), largest.get(i)));
                            Value p = new JvmFunctions(loop, lanes).weightOf(x);
                            store(loop, SCORES, at, p);
                            loop.add(new Statement.Assign(sums.get(i), plus(sums.get(i), p)));
                        }
                    });
                    for (int i = 0; i < together; i++) {
                        store(some, STATE, plus(sumsAt, (long) i * lanes), sums.get(i));
                    }
                }));
    }

    static String exponentialsName(boolean add) {
        return EXPONENTIALS + (add ? "Add" : "");
    }

    /** Rows whose weights are computed at once: chains of operations that do not wait for each other, for one loop's overhead. */
    static int together(AttentionGeometry geometry) {
        return geometry.lanes() == 8 ? 2 : 4;
    }

    /** {@code (product, state, stateAt, statisticsAt)}. */
    Method merge() {
        String comment = "Adds a block's weighted values to those before, which shrink by the factor.";
        return Method.of(
                MERGE,
                comment,
                List.of(PRODUCT, STATE, STATE_AT, STATISTICS_AT),
                body -> body.loop("row", integer(0), integer(geometry.rows()), 1, (loop, row) -> {
                    Value.Variable factor = loop.let("factor", splat(factors(STATISTICS_AT), row));
                    Value.Variable from = loop.let("from", times(row, geometry.paddedHead()));
                    Value.Variable to = loop.let("to", plus(STATE_AT, from));
                    for (int d = 0; d < geometry.paddedHead(); d += lanes) {
                        Value product = load(lanes, PRODUCT, plus(from, d));
                        Value before = load(lanes, STATE, plus(to, d));
                        store(loop, STATE, plus(to, d), new Value.Fma(before, factor, product));
                    }
                }));
    }

    /**
     * {@code (state, stateAt, statisticsAt, out, at, count)}, and {@code logSumExp, statisticAt}.
     *
     * @param output SEGMENT or BSEGMENT
     */
    Method finish(KernelType output, boolean statistic) {
        Value.Variable out = variable("out", output);
        List<Value.Variable> parameters = statistic
                ? List.of(STATE, STATE_AT, STATISTICS_AT, out, AT, COUNT, LOG_SUM_EXP, STATISTIC_AT)
                : List.of(STATE, STATE_AT, STATISTICS_AT, out, AT, COUNT);
        String comment = "Weighted values over the sum of weights" + (statistic ? ", and log-sum-exp." : ".");
        return Method.of(FINISH, comment, parameters, body -> {
            List<Value.Variable> sums = new ArrayList<>();
            for (int row = 0; row < geometry.rows(); row++) {
                sums.add(body.let("sums", load(lanes, STATE, plus(STATISTICS_AT, (long) row * lanes))));
            }
            folds.fold(body, sums, Emitter::plus, (at, sum) -> total(body, at, sum, statistic));
            body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                Value.Variable factor = loop.let("factor", splat(factors(STATISTICS_AT), row));
                Value.Variable source = loop.let("from", plus(STATE_AT, times(row, geometry.paddedHead())));
                Value.Variable to = loop.let("to", plus(AT, times(toLong(row), (long) geometry.queryRow())));
                writeRow(loop, d -> times(load(lanes, STATE, plus(source, d)), factor), out, to);
                if (statistic) {
                    Value place = plus(STATISTIC_AT, toLong(times(row, Float.BYTES)));
                    Value number = new Value.Load(KernelType.FLOAT, STATE, plus(largest(STATISTICS_AT), row));
                    store(loop, LOG_SUM_EXP, place, number);
                }
            });
        });
    }

    /** One over the sum in place of a query's factor, and log-sum-exp in place of its largest score. */
    private void total(Emitter body, int at, Value sums, boolean statistic) {
        Value.Variable sum = body.let("sum", sums);
        Value one = new Value.Binary(Value.BinaryOperator.DIVIDE, number(1, lanes), sum);
        store(body, STATE, plus(factors(STATISTICS_AT), at), one);
        if (statistic) {
            Value largest = plus(largest(STATISTICS_AT), at);
            Value log = new JvmFunctions(body, lanes).log(sum);
            store(body, STATE, largest, plus(load(lanes, STATE, largest), log));
        }
    }

    /** A head vector's vectors, from a place of it on. */
    interface HeadVector {
        Value at(int d);
    }

    /** Writes a head vector to a tensor. */
    void writeRow(Emitter body, HeadVector row, Value.Variable tensor, Value to) {
        int head = geometry.launch().headSize();
        for (int d = 0; d < head; d += lanes) {
            Value.Variable vector = body.let("vector", row.at(d));
            body.add(new Statement.Store(tensor, plus(to, (long) d * Float.BYTES), vector, Math.min(lanes, head - d)));
        }
    }

    /** What queries are multiplied with. */
    static Value scale(AttentionLaunch launch) {
        return number(launch.scale(), 1);
    }
}
