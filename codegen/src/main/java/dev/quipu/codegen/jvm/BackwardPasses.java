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

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/** What attention's backward pass does between and behind its products, query by query or key by key. */
final class BackwardPasses {
    static final String STATISTICS_OF = "statistics";
    static final String GRADIENTS = "scoreGradients";
    static final String ZERO_LINES = "zeroLines";
    static final String ZERO_SUMS = "zeroSums";
    static final String WRITE_SUMS = "writeSums";
    static final String WRITE_QUERIES = "writeQueries";

    private static final Value.Variable OUTPUT = variable("out", KernelType.SEGMENT);
    private static final Value.Variable GRADIENT = variable("gradient", KernelType.SEGMENT);
    private static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    private static final Value.Variable STATISTICS = variable("statistics", KernelType.SEGMENT);
    private static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable WEIGHT_GRADIENTS = variable("weightGradients", KernelType.SEGMENT);
    private static final Value.Variable WEIGHTS = variable("weights", KernelType.ARRAY);
    private static final Value.Variable SCORE_GRADIENTS = variable("scoreGradients", KernelType.ARRAY);
    private static final Value.Variable LINES_AT = variable("linesAt", KernelType.INT);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable END = variable("end", KernelType.INT);
    private static final Value.Variable SUMS = variable("sums", KernelType.ARRAY);
    private static final Value.Variable PRODUCT = variable("product", KernelType.SEGMENT);
    private static final Value.Variable TENSOR = variable("tensor", KernelType.SEGMENT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionPasses rows;
    private final int lanes;

    BackwardPasses(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.rows = new AttentionPasses(geometry);
        this.lanes = geometry.lanes();
    }

    /** Floats of a group's statistics: log-sum-exp and -scale * delta of each query. */
    static long statistics(AttentionGeometry geometry) {
        return 2L * geometry.rows();
    }

    /** {@code (out, gradient, at, logSumExp, line, statistics, count)}. */
    Method statistics() {
        Value.Variable line = variable("line", KernelType.LONG);
        String comment = "Log-sum-exp of a group's queries, and -scale * sum of output * gradient.";
        KernelType factors = Segments.type(launch.buffers().getFirst());
        Value.Variable output = variable(OUTPUT.name(), factors);
        Value.Variable gradient = variable(GRADIENT.name(), factors);
        List<Value.Variable> parameters = List.of(output, gradient, AT, LOG_SUM_EXP, line, STATISTICS, COUNT);
        return Method.of(STATISTICS_OF, comment, parameters, body -> {
            body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                Value.Variable from = loop.let("from", plus(AT, times(toLong(row), (long) geometry.queryRow())));
                Value.Variable to = loop.let("to", toLong(times(row, 2L * Float.BYTES)));
                Value logSumExp = new Value.Load(KernelType.FLOAT, LOG_SUM_EXP, plus(line, toLong(times(row, 4))));
                store(loop, STATISTICS, to, logSumExp);
                Value.Variable sum = loop.let("sum", number(0, lanes));
                for (int d = 0; d < launch.headSize(); d += lanes) {
                    Value place = plus(from, (long) d * Float.BYTES);
                    int active = Math.min(lanes, launch.headSize() - d);
                    KernelType type = KernelType.floats(lanes);
                    Value.Variable outputs = loop.let("output", new Value.Load(type, output, place, active));
                    Value gradients = new Value.Load(type, gradient, place, active);
                    loop.add(new Statement.Assign(sum, new Value.Fma(outputs, gradients, sum)));
                }
                Value delta = times(loop.lanes(Value.BinaryOperator.ADD, sum), number(-launch.scale(), 1));
                store(loop, STATISTICS, plus(to, (long) Float.BYTES), delta);
            });
        });
    }

    /**
     * {@code (scores, weightGradients, weights, scoreGradients, linesAt, begin, end, statistics)}. With P = exp(S - lse):
     * dS = scale * P (dP - delta), so scale goes into one fused multiply-add.
     */
    Method gradients() {
        List<Value.Variable> parameters =
                List.of(SCORES, WEIGHT_GRADIENTS, WEIGHTS, SCORE_GRADIENTS, LINES_AT, BEGIN, END, STATISTICS);
        String comment = "Weights of scores, and the scores' gradients, times scale, of the weights'.";
        return Method.of(GRADIENTS, comment, parameters, body -> {
            Value.Variable scale = body.let("factor", number(launch.scale(), lanes));
            int together = AttentionPasses.together(geometry);
            body.loop("row", integer(0), integer(geometry.rows()), together, (some, row) -> {
                Value.Variable from = some.let("from", toLong(times(row, (long) geometry.line() * Float.BYTES)));
                Value.Variable to = some.let("to", plus(LINES_AT, times(row, geometry.line())));
                List<Value.Variable> logSumExp = new ArrayList<>();
                List<Value.Variable> delta = new ArrayList<>();
                for (int i = 0; i < together; i++) {
                    logSumExp.add(some.let("logSumExp", statistic(plus(row, i), 0)));
                    delta.add(some.let("delta", statistic(plus(row, i), 1)));
                }
                some.loop("key", BEGIN, END, lanes, (loop, key) -> {
                    Value.Variable at = loop.let("at", plus(from, toLong(times(key, Float.BYTES))));
                    for (int i = 0; i < together; i++) {
                        Value place = plus(at, (long) i * geometry.line() * Float.BYTES);
                        Value line = plus(plus(to, key), (long) i * geometry.line());
                        Value x = loop.let("x", minus(load(lanes, SCORES, place), logSumExp.get(i)));
                        Value p = new JvmFunctions(loop, lanes).weightOf(x);
                        store(loop, WEIGHTS, line, p);
                        Value centred = new Value.Fma(load(lanes, WEIGHT_GRADIENTS, place), scale, delta.get(i));
                        store(loop, SCORE_GRADIENTS, line, times(centred, p));
                    }
                });
            });
        });
    }

    private Value statistic(Value row, int number) {
        Value at = toLong(plus(times(row, 2L * Float.BYTES), (long) number * Float.BYTES));
        return new Value.Splat(new Value.Load(KernelType.FLOAT, STATISTICS, at), lanes);
    }

    /** {@code (weights, scoreGradients, linesAt, begin, end)}. */
    Method zeroLines() {
        String comment = "Weights and gradients of keys that a group does not see, and others of the strip do.";
        List<Value.Variable> parameters = List.of(WEIGHTS, SCORE_GRADIENTS, LINES_AT, BEGIN, END);
        return Method.of(
                ZERO_LINES,
                comment,
                parameters,
                body -> body.loop("row", integer(0), integer(geometry.rows()), 1, (loop, row) -> {
                    Value.Variable to = loop.let("to", plus(LINES_AT, times(row, geometry.line())));
                    loop.loop("key", BEGIN, END, lanes, (inner, key) -> {
                        store(inner, WEIGHTS, plus(to, key), number(0, lanes));
                        store(inner, SCORE_GRADIENTS, plus(to, key), number(0, lanes));
                    });
                }));
    }

    /** {@code (sums)}: of a block's keys. */
    Method zeroSums() {
        return Method.of(
                ZERO_SUMS,
                "Begins the sums of a block of keys.",
                List.of(SUMS),
                body -> body.loop(
                        "i",
                        integer(0),
                        integer(geometry.block()),
                        lanes,
                        (loop, i) -> store(loop, SUMS, i, number(0, lanes))));
    }

    /** {@code (sums, tensor, at, count)}. */
    Method writeSums() {
        String comment = "Sums of a block's keys as rows of a tensor.";
        return Method.of(
                WRITE_SUMS,
                comment,
                List.of(SUMS, TENSOR, AT, COUNT),
                body -> body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                    Value.Variable from = loop.let("from", times(row, geometry.paddedHead()));
                    Value.Variable to = loop.let("to", plus(AT, times(toLong(row), (long) geometry.keyRow())));
                    rows.writeRow(loop, d -> load(lanes, SUMS, plus(from, (long) d)), TENSOR, to);
                }));
    }

    /** {@code (product, tensor, at, count)}. */
    Method writeQueries(boolean add) {
        String comment = "Gradients of a group's queries, " + (add ? "added to" : "written as") + " rows of a tensor.";
        return Method.of(
                writeQueriesName(add),
                comment,
                List.of(PRODUCT, TENSOR, AT, COUNT),
                body -> body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                    Value.Variable from = loop.let("from", times(toLong(row), (long) geometry.headRow()));
                    Value.Variable to = loop.let("to", plus(AT, times(toLong(row), (long) geometry.queryRow())));
                    rows.writeRow(loop, d -> queryVector(from, to, d, add), TENSOR, to);
                }));
    }

    private Value queryVector(Value from, Value to, int d, boolean add) {
        long bytes = (long) d * Float.BYTES;
        Value vector = load(lanes, PRODUCT, plus(from, bytes));
        int active = Math.min(lanes, launch.headSize() - d);
        return add ? plus(new Value.Load(KernelType.floats(lanes), TENSOR, plus(to, bytes), active), vector) : vector;
    }

    static String writeQueriesName(boolean add) {
        return WRITE_QUERIES + (add ? "Add" : "");
    }
}
