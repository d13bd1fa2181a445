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
 * What attention's forward pass does between and behind its products, query by query. A query's statistics are three vectors:
 *
 * <pre>
 *     largest score (in all lanes), sums of exponentials (of each lane), factor for what was summed before (in all lanes)
 * </pre>
 *
 * <p>Masked scores are -1e30 and the largest score starts at -1e29, so that a query that sees no key of a block yet gets
 * exponentials of exactly zero.
 */
final class AttentionPasses {
    static final int MAXIMUM = 0;
    static final int SUM = 1;
    static final int FACTOR = 2;
    static final int STATISTICS = 3;

    /** In place of the factor while the largest score of each lane is looked for. */
    private static final int LANES = FACTOR;

    static final double MASKED = -1e30;
    static final double LOWEST_MAXIMUM = -1e29;

    static final String BEGIN_SUMS = "beginSums";
    static final String MAXIMA = "maxima";
    static final String RAISE = "raise";
    static final String EXPONENTIALS = "exponentials";
    static final String MERGE = "merge";
    static final String FINISH = "finish";

    private static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable WEIGHTS = variable("weights", KernelType.ARRAY);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable END = variable("end", KernelType.INT);
    private static final Value.Variable STATE = variable("state", KernelType.SEGMENT);
    private static final Value.Variable STATE_AT = variable("stateAt", KernelType.LONG);
    private static final Value.Variable STATISTICS_AT = variable("statisticsAt", KernelType.LONG);
    private static final Value.Variable PRODUCT = variable("product", KernelType.SEGMENT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    private static final Value.Variable STATISTIC_AT = variable("statisticAt", KernelType.LONG);

    private final AttentionGeometry geometry;
    private final int lanes;

    AttentionPasses(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.lanes = geometry.lanes();
    }

    /** {@code (state, statisticsAt)}. */
    Method beginSums() {
        String comment = "Statistics of queries that saw no key yet.";
        return Method.of(
                BEGIN_SUMS,
                comment,
                List.of(STATE, STATISTICS_AT),
                body -> body.loop("row", integer(0), integer(geometry.rows()), 1, (loop, row) -> {
                    Value.Variable at = loop.let("rowAt", statistics(row));
                    store(loop, STATE, statistic(at, MAXIMUM), number(LOWEST_MAXIMUM, lanes));
                    store(loop, STATE, statistic(at, SUM), number(0, lanes));
                }));
    }

    /** {@code (scores, begin, end, state, statisticsAt)}. All rows at once: one comparison after the other waits for the one before. */
    Method maxima() {
        String comment = "The largest score of each lane, with what was largest before.";
        return Method.of(MAXIMA, comment, List.of(SCORES, BEGIN, END, STATE, STATISTICS_AT), body -> {
            List<Value.Variable> most = new ArrayList<>();
            for (int row = 0; row < geometry.rows(); row++) {
                most.add(body.let("most", load(lanes, STATE, statistic(statistics(integer(row)), MAXIMUM))));
            }
            body.loop("key", BEGIN, END, lanes, (loop, key) -> {
                Value.Variable at = loop.let("at", toLong(times(key, Float.BYTES)));
                for (int row = 0; row < geometry.rows(); row++) {
                    Value.Variable score = loop.let("s", load(lanes, SCORES, plus(at, row * lineBytes())));
                    loop.add(new Statement.Assign(most.get(row), greater(score, most.get(row))));
                }
            });
            for (int row = 0; row < geometry.rows(); row++) {
                store(body, STATE, statistic(statistics(integer(row)), LANES), most.get(row));
            }
        });
    }

    /** {@code (state, statisticsAt)}. */
    Method raise() {
        String comment =
                "Raises each query's largest score to its lanes'; what was summed before shrinks by the factor.";
        return Method.of(
                RAISE,
                comment,
                List.of(STATE, STATISTICS_AT),
                body -> body.loop("row", integer(0), integer(geometry.rows()), 1, (loop, row) -> {
                    Value.Variable at = loop.let("rowAt", statistics(row));
                    Value.Variable largest = loop.let("most", load(lanes, STATE, statistic(at, LANES)));
                    for (int half = lanes / 2; half >= 1; half /= 2) {
                        Value.Variable other = loop.let("other", Emitter.turned(largest, half));
                        largest = loop.let("most", greater(other, largest));
                    }
                    Value less = loop.let("less", minus(load(lanes, STATE, statistic(at, MAXIMUM)), largest));
                    Value.Variable factor = loop.let("factor", new JvmFunctions(loop, lanes).weightOf(less));
                    store(loop, STATE, statistic(at, MAXIMUM), largest);
                    store(loop, STATE, statistic(at, FACTOR), factor);
                    store(loop, STATE, statistic(at, SUM), times(load(lanes, STATE, statistic(at, SUM)), factor));
                }));
    }

    private static Value greater(Value first, Value second) {
        return new Value.Select(new Value.Compare(Comparison.GREATER, first, second), first, second);
    }

    /** {@code (scores, weights, begin, end, state, statisticsAt)}. */
    Method exponentials() {
        String comment = "Weights exp(score - largest), which are summed.";
        List<Value.Variable> parameters = List.of(SCORES, WEIGHTS, BEGIN, END, STATE, STATISTICS_AT);
        int together = together(geometry);
        return Method.of(
                EXPONENTIALS,
                comment,
                parameters,
                body -> body.loop("row", integer(0), integer(geometry.rows()), together, (some, row) -> {
                    Value.Variable at = some.let("rowAt", statistics(row));
                    Value.Variable from = some.let("from", toLong(times(row, lineBytes())));
                    Value.Variable to = some.let("to", times(row, geometry.line()));
                    List<Value.Variable> largest = new ArrayList<>();
                    List<Value.Variable> sums = new ArrayList<>();
                    for (int i = 0; i < together; i++) {
                        Value of = plus(at, i * statisticsBytes());
                        largest.add(some.let("largest", load(lanes, STATE, statistic(of, MAXIMUM))));
                        sums.add(some.let("sum", load(lanes, STATE, statistic(of, SUM))));
                    }
                    some.loop("key", BEGIN, END, lanes, (loop, key) -> {
                        Value.Variable place = loop.let("at", plus(from, toLong(times(key, Float.BYTES))));
                        for (int i = 0; i < together; i++) {
                            Value score = load(lanes, SCORES, plus(place, i * lineBytes()));
                            Value x = loop.let("x", minus(score, largest.get(i)));
                            Value p = new JvmFunctions(loop, lanes).weightOf(x);
                            store(loop, WEIGHTS, plus(plus(to, key), (long) i * geometry.line()), p);
                            loop.add(new Statement.Assign(sums.get(i), plus(sums.get(i), p)));
                        }
                    });
                    for (int i = 0; i < together; i++) {
                        store(some, STATE, statistic(plus(at, i * statisticsBytes()), SUM), sums.get(i));
                    }
                }));
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
                    Value.Variable factor = loop.let("factor", load(lanes, STATE, statistic(statistics(row), FACTOR)));
                    Value.Variable from = loop.let("from", times(toLong(row), (long) geometry.headRow()));
                    Value.Variable to = loop.let("to", plus(STATE_AT, from));
                    for (int d = 0; d < geometry.paddedHead(); d += lanes) {
                        Value place = plus(to, (long) d * Float.BYTES);
                        Value product = load(lanes, PRODUCT, plus(from, (long) d * Float.BYTES));
                        store(loop, STATE, place, new Value.Fma(load(lanes, STATE, place), factor, product));
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
        return Method.of(
                FINISH,
                comment,
                parameters,
                body -> body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                    Value.Variable from = loop.let("rowAt", statistics(row));
                    Value.Variable sum = loop.let(
                            "sum",
                            loop.lanes(
                                    Value.BinaryOperator.ADD,
                                    loop.let("sums", load(lanes, STATE, statistic(from, SUM)))));
                    Value one = new Value.Binary(Value.BinaryOperator.DIVIDE, number(1, 1), sum);
                    Value.Variable factor = loop.let("factor", new Value.Splat(loop.let("one", one), lanes));
                    Value.Variable source =
                            loop.let("from", plus(STATE_AT, times(toLong(row), (long) geometry.headRow())));
                    Value.Variable to = loop.let("to", plus(AT, times(toLong(row), (long) geometry.queryRow())));
                    writeRow(
                            loop,
                            d -> times(load(lanes, STATE, plus(source, (long) d * Float.BYTES)), factor),
                            out,
                            to);
                    if (statistic) {
                        Value log = new JvmFunctions(loop, 1).log(sum);
                        Value largest = new Value.FirstLane(load(lanes, STATE, statistic(from, MAXIMUM)));
                        Value place = plus(STATISTIC_AT, toLong(times(row, Float.BYTES)));
                        store(loop, LOG_SUM_EXP, place, plus(largest, log));
                    }
                }));
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

    /** Floats of a group's statistics. */
    static long size(AttentionGeometry geometry) {
        return (long) STATISTICS * geometry.rows() * geometry.lanes();
    }

    private Value statistics(Value row) {
        return plus(STATISTICS_AT, times(toLong(row), statisticsBytes()));
    }

    private long statisticsBytes() {
        return (long) STATISTICS * lanes * Float.BYTES;
    }

    private long lineBytes() {
        return (long) geometry.line() * Float.BYTES;
    }

    private Value statistic(Value at, int statistic) {
        return plus(at, (long) statistic * lanes * Float.BYTES);
    }
}
