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
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/** What attention's backward pass does between and behind its products, query by query or key by key. */
final class BackwardPasses {
    static final String STATISTICS_OF = "statistics";
    static final String GRADIENTS = "scoreGradients";
    static final String ZERO_LINES = "zeroLines";
    static final String WRITE_SUMS = "writeSums";
    static final String WRITE_QUERIES = "writeQueries";

    private static final Value.Variable OUTPUT = variable("out", KernelType.SEGMENT);
    private static final Value.Variable GRADIENT = variable("gradient", KernelType.SEGMENT);
    private static final Value.Variable LOG_SUM_EXP = variable("logSumExp", KernelType.SEGMENT);
    private static final Value.Variable STATISTICS = variable("statistics", KernelType.ARRAY);
    private static final Value.Variable WEIGHTS = variable("weights", KernelType.ARRAY);
    private static final Value.Variable SCORE_GRADIENTS = variable("scoreGradients", KernelType.ARRAY);
    private static final Value.Variable LINES_AT = variable("linesAt", KernelType.INT);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable END = variable("end", KernelType.INT);
    private static final Value.Variable SUMS = variable("sums", KernelType.ARRAY);
    private static final Value.Variable PRODUCT = variable("product", KernelType.ARRAY);
    private static final Value.Variable TENSOR = variable("tensor", KernelType.SEGMENT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final AttentionPasses rows;
    private final RowFolds folds;
    private final int lanes;

    BackwardPasses(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.rows = new AttentionPasses(geometry);
        this.folds = new RowFolds(geometry.rows(), geometry.lanes());
        this.lanes = geometry.lanes();
    }

    /** Floats of a group's statistics: -scale * delta of each query, log-sum-exp, and products [query][lane] on the way. */
    static long statistics(AttentionGeometry geometry) {
        RowFolds folds = new RowFolds(geometry.rows(), geometry.lanes());
        return 2L * folds.size() + (long) geometry.rows() * geometry.lanes();
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
                Value logSumExp = new Value.Load(KernelType.FLOAT, LOG_SUM_EXP, plus(line, toLong(times(row, 4))));
                store(loop, STATISTICS, plus(row, folds.size()), logSumExp);
                Value.Variable sum = loop.let("sum", number(0, lanes));
                for (int d = 0; d < launch.headSize(); d += lanes) {
                    Value place = plus(from, (long) d * Float.BYTES);
                    int active = Math.min(lanes, launch.headSize() - d);
                    KernelType type = KernelType.floats(lanes);
                    Value.Variable outputs = loop.let("output", new Value.Load(type, output, place, active));
                    Value gradients = new Value.Load(type, gradient, place, active);
                    loop.add(new Statement.Assign(sum, new Value.Fma(outputs, gradients, sum)));
                }
                store(loop, STATISTICS, plus(times(row, lanes), 2L * folds.size()), sum);
            });
            List<Value.Variable> products = new ArrayList<>();
            for (int row = 0; row < geometry.rows(); row++) {
                products.add(body.let(
                        "products", load(lanes, STATISTICS, integer(2L * folds.size() + (long) row * lanes))));
            }
            folds.fold(body, products, Emitter::plus, (at, sum) -> {
                store(body, STATISTICS, integer(at), times(sum, number(-launch.scale(), lanes)));
            });
        });
    }

    /**
     * {@code (weights, scoreGradients, linesAt, begin, end, statistics)}, which hold S and dP before. With P = exp(S - lse):
     * dS = scale * P (dP - delta), so scale goes into one fused multiply-add.
     */
    Method gradients() {
        List<Value.Variable> parameters = List.of(WEIGHTS, SCORE_GRADIENTS, LINES_AT, BEGIN, END, STATISTICS);
        String comment = "Weights in place of scores, and the scores' gradients, times scale, of the weights'.";
        return Method.of(GRADIENTS, comment, parameters, body -> {
            Value.Variable scale = body.let("factor", number(launch.scale(), lanes));
            int together = AttentionPasses.together(geometry);
            body.loop("row", integer(0), integer(geometry.rows()), together, (some, row) -> {
                Value.Variable to = some.let("to", plus(LINES_AT, times(row, geometry.line())));
                List<Value.Variable> logSumExp = new ArrayList<>();
                List<Value.Variable> delta = new ArrayList<>();
                for (int i = 0; i < together; i++) {
                    logSumExp.add(some.let("logSumExp", statistic(plus(plus(row, i), folds.size()))));
                    delta.add(some.let("delta", statistic(plus(row, i))));
                }
                some.loop("key", BEGIN, END, lanes, (loop, key) -> {
                    for (int i = 0; i < together; i++) {
                        Value line = plus(plus(to, key), (long) i * geometry.line());
                        Value x = loop.let("x", minus(load(lanes, WEIGHTS, line), logSumExp.get(i)));
                        Value p = new JvmFunctions(loop, lanes).weightOf(x);
                        store(loop, WEIGHTS, line, p);
                        Value centred = new Value.Fma(load(lanes, SCORE_GRADIENTS, line), scale, delta.get(i));
                        store(loop, SCORE_GRADIENTS, line, times(centred, p));
                    }
                });
            });
        });
    }

    private Value statistic(Value at) {
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

    /** {@code (sums, sumsAt, tensor, at, count)}. */
    Method writeSums() {
        Value.Variable sumsAt = variable("sumsAt", KernelType.INT);
        String comment = "Sums of neighbouring keys as rows of a tensor.";
        return Method.of(
                WRITE_SUMS,
                comment,
                List.of(SUMS, sumsAt, TENSOR, AT, COUNT),
                body -> body.loop("row", integer(0), COUNT, 1, (loop, row) -> {
                    Value.Variable from = loop.let("from", plus(sumsAt, times(row, geometry.paddedHead())));
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
                    Value.Variable from = loop.let("from", times(row, geometry.paddedHead()));
                    Value.Variable to = loop.let("to", plus(AT, times(toLong(row), (long) geometry.queryRow())));
                    rows.writeRow(loop, d -> queryVector(from, to, d, add), TENSOR, to);
                }));
    }

    private Value queryVector(Value from, Value to, int d, boolean add) {
        long bytes = (long) d * Float.BYTES;
        Value vector = load(lanes, PRODUCT, plus(from, d));
        int active = Math.min(lanes, launch.headSize() - d);
        return add ? plus(new Value.Load(KernelType.floats(lanes), TENSOR, plus(to, bytes), active), vector) : vector;
    }

    static String writeQueriesName(boolean add) {
        return WRITE_QUERIES + (add ? "Add" : "");
    }
}
