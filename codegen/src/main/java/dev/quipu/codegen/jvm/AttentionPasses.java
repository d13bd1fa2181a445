package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.load;
import static dev.quipu.codegen.jvm.Values.longInteger;
import static dev.quipu.codegen.jvm.Values.remainder;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What attention does between its products. A tile of scores is {@code [key][query]}, as wide as a right panel, so that a
 * lane is a query and all reductions over keys are vertical. Statistics of a tile's queries are three rows of such a panel:
 *
 * <pre>
 *     while going forward    largest score, sum of exponentials, factor for what was summed before
 *     once finished          log-sum-exp,   sum,                 1 / sum
 *     backward               log-sum-exp,   scale * delta
 * </pre>
 *
 * <p>Masked scores are -1e30 and the largest score starts at -1e29, so that a query that sees no key of a block yet gets
 * exponentials of exactly zero.
 */
final class AttentionPasses {
    static final int MAXIMUM = 0;
    static final int LOG_SUM_EXP = 0;
    static final int SUM = 1;
    static final int DELTA = 1;
    static final int FACTOR = 2;
    static final int STATISTICS = 3;

    static final double MASKED = -1e30;
    static final double LOWEST_MAXIMUM = -1e29;

    private static final Value.Variable SCORES = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable KEYS = variable("keys", KernelType.INT);
    private static final Value.Variable STATISTICS_SEGMENT = variable("statistics", KernelType.SEGMENT);
    private static final Value.Variable STATISTICS_AT = variable("statisticsAt", KernelType.LONG);
    private static final Value.Variable DISTANCE = variable("distance", KernelType.INT);
    private static final Value.Variable STARTS = variable("starts", KernelType.SEGMENT);
    private static final Value.Variable SCALE = variable("scale", KernelType.FLOAT);

    private final int lanes;

    private AttentionPasses(int lanes) {
        this.lanes = lanes;
    }

    /** The method of that name, if there is one. */
    static Optional<Method> method(String name, int lanes) {
        AttentionPasses passes = new AttentionPasses(lanes);
        return Optional.ofNullable(
                switch (name) {
                    case "softmaxBegin" -> passes.begin();
                    case "softmaxMaximum" -> passes.maximum();
                    case "softmaxExponentials" -> passes.exponentials();
                    case "softmaxFinish" -> passes.finish();
                    case "scoreGradients" -> passes.scoreGradients();
                    case "maskLater" -> passes.mask(name, "Keys behind their query", Comparison.LESS);
                    case "maskEarlier" -> passes.mask(name, "Keys before the window", Comparison.GREATER_OR_EQUAL);
                    case "copyStarts" -> copyStarts();
                    case "maskOthers" -> passes.maskOthers();
                    case "scaleQueries" -> passes.scaleQueries();
                    case "scalePanel" -> passes.scalePanel();
                    case "zeroPanel" -> passes.zeroPanel();
                    case "copyFloats" -> copyFloats();
                    default -> null;
                });
    }

    private Method begin() {
        return Method.of("softmaxBegin", "Statistics of queries that saw no key yet.", statistics(), body -> {
            for (int j = 0; j < 2; j++) {
                store(body, STATISTICS_SEGMENT, statistic(MAXIMUM, j), number(LOWEST_MAXIMUM, lanes));
                store(body, STATISTICS_SEGMENT, statistic(SUM, j), number(0, lanes));
            }
        });
    }

    /** By fours of keys: one comparison after the other would wait for the one before. */
    private Method maximum() {
        String comment = "Raises each query's largest score; what was summed before shrinks by the factor.";
        return Method.of("softmaxMaximum", comment, scoresAndStatistics(), body -> {
            List<Value.Variable> before = new ArrayList<>();
            List<Value.Variable> largest = new ArrayList<>();
            for (int j = 0; j < 2; j++) {
                before.add(body.let("before" + j, load(lanes, STATISTICS_SEGMENT, statistic(MAXIMUM, j))));
                largest.add(body.let("largest" + j, before.get(j)));
            }
            Value fours = body.let("fours", minus(KEYS, remainder(KEYS, 4)));
            body.loop("key", integer(0), fours, 4, (loop, key) -> {
                for (int j = 0; j < 2; j++) {
                    Value first = greater(loop, score(key, 0, j), score(key, 1, j));
                    Value second = greater(loop, score(key, 2, j), score(key, 3, j));
                    Value four = greater(loop, first, second);
                    loop.add(new Statement.Assign(largest.get(j), greater(loop, four, largest.get(j))));
                }
            });
            body.loop("key", fours, KEYS, 1, (loop, key) -> {
                for (int j = 0; j < 2; j++) {
                    loop.add(new Statement.Assign(largest.get(j), greater(loop, score(key, 0, j), largest.get(j))));
                }
            });
            for (int j = 0; j < 2; j++) {
                Value less = body.let("less", minus(before.get(j), largest.get(j)));
                Value factor = new JvmFunctions(body, lanes).expOfSmall(less);
                store(body, STATISTICS_SEGMENT, statistic(MAXIMUM, j), largest.get(j));
                store(body, STATISTICS_SEGMENT, statistic(FACTOR, j), factor);
                Value sum = load(lanes, STATISTICS_SEGMENT, statistic(SUM, j));
                store(body, STATISTICS_SEGMENT, statistic(SUM, j), times(sum, factor));
            }
        });
    }

    private Method exponentials() {
        String comment = "Scores become exp(score - largest), which are summed.";
        return Method.of("softmaxExponentials", comment, scoresAndStatistics(), body -> {
            List<Value.Variable> largest = rows(body, "largest", MAXIMUM);
            List<Value.Variable> sums = rows(body, "sum", SUM);
            body.loop("key", integer(0), KEYS, 1, (loop, key) -> {
                for (int j = 0; j < 2; j++) {
                    Value x = loop.let("x", minus(score(key, 0, j), largest.get(j)));
                    Value p = new JvmFunctions(loop, lanes).expOfSmall(x);
                    store(loop, SCORES, scoreAt(AT, key, 0, j), p);
                    loop.add(new Statement.Assign(sums.get(j), plus(sums.get(j), p)));
                }
            });
            for (int j = 0; j < 2; j++) {
                store(body, STATISTICS_SEGMENT, statistic(SUM, j), sums.get(j));
            }
        });
    }

    private Method finish() {
        String comment = "Log-sum-exp and 1 / sum.";
        return Method.of("softmaxFinish", comment, statistics(), body -> {
            for (int j = 0; j < 2; j++) {
                Value.Variable sum = body.let("sum", load(lanes, STATISTICS_SEGMENT, statistic(SUM, j)));
                Value one = new Value.Binary(Value.BinaryOperator.DIVIDE, number(1, lanes), sum);
                store(body, STATISTICS_SEGMENT, statistic(FACTOR, j), one);
                Value log = new JvmFunctions(body, lanes).log(sum);
                Value largest = load(lanes, STATISTICS_SEGMENT, statistic(MAXIMUM, j));
                store(body, STATISTICS_SEGMENT, statistic(LOG_SUM_EXP, j), plus(largest, log));
            }
        });
    }

    /** With P = exp(S - lse): dS = scale * P (dP - delta), so scale goes into one fused multiply-add. */
    private Method scoreGradients() {
        Value.Variable gradients = variable("gradients", KernelType.SEGMENT);
        List<Value.Variable> parameters =
                List.of(SCORES, gradients, AT, KEYS, STATISTICS_SEGMENT, STATISTICS_AT, SCALE);
        String comment = "Scores become weights; the weights' gradients become the scores' gradients, times scale.";
        return Method.of("scoreGradients", comment, parameters, body -> {
            List<Value.Variable> logSumExp = rows(body, "logSumExp", LOG_SUM_EXP);
            List<Value.Variable> deltas = rows(body, "delta", DELTA);
            Value.Variable factor = body.let("factor", new Value.Splat(SCALE, lanes));
            body.loop("key", integer(0), KEYS, 1, (loop, key) -> {
                for (int j = 0; j < 2; j++) {
                    Value x = loop.let("x", minus(score(key, 0, j), logSumExp.get(j)));
                    Value p = new JvmFunctions(loop, lanes).expOfSmall(x);
                    store(loop, SCORES, scoreAt(AT, key, 0, j), p);
                    Value gradient = load(lanes, gradients, scoreAt(AT, key, 0, j));
                    Value centred =
                            new Value.Fma(gradient, factor, new Value.Unary(Value.UnaryOperator.NEGATE, deltas.get(j)));
                    store(loop, gradients, scoreAt(AT, key, 0, j), times(centred, p));
                }
            });
        });
    }

    private Method mask(String name, String comment, Comparison comparison) {
        List<Value.Variable> parameters = List.of(SCORES, AT, KEYS, DISTANCE);
        String condition = comparison == Comparison.LESS ? "lane + distance < key" : "lane + distance >= key";
        return Method.of(name, comment + " are masked: " + condition + ".", parameters, body -> {
            List<Value.Variable> places = new ArrayList<>();
            for (int j = 0; j < 2; j++) {
                Value first = new Value.Unary(Value.UnaryOperator.TO_FLOAT, plus(DISTANCE, (long) j * lanes));
                places.add(body.let("place" + j, plus(new Value.LaneNumbers(lanes), new Value.Splat(first, lanes))));
            }
            body.loop("key", integer(0), KEYS, 1, (loop, key) -> {
                Value number = new Value.Unary(Value.UnaryOperator.TO_FLOAT, key);
                Value.Variable keys = loop.let("number", new Value.Splat(number, lanes));
                for (int j = 0; j < 2; j++) {
                    Value hidden = new Value.Compare(comparison, places.get(j), keys);
                    Value value = new Value.Select(hidden, number(MASKED, lanes), score(key, 0, j));
                    store(loop, SCORES, scoreAt(AT, key, 0, j), value);
                }
            });
        });
    }

    /** Places are below 2^24, which a float counts exactly. */
    private static Method copyStarts() {
        Value.Variable target = variable("target", KernelType.SEGMENT);
        Value.Variable count = variable("count", KernelType.INT);
        List<Value.Variable> parameters = List.of(STARTS, AT, target, count);
        return Method.of(
                "copyStarts",
                "Where the documents of a few queries begin, as floats.",
                parameters,
                body -> body.loop("i", integer(0), count, 1, (loop, i) -> {
                    Value bytes = toLong(times(i, Integer.BYTES));
                    Value start = new Value.Load(KernelType.INT, STARTS, plus(AT, bytes));
                    store(loop, target, bytes, new Value.Unary(Value.UnaryOperator.TO_FLOAT, start));
                }));
    }

    private Method maskOthers() {
        Value.Variable first = variable("first", KernelType.INT);
        String comment = "Keys of earlier documents are masked: first + key < the lane's start.";
        return Method.of("maskOthers", comment, List.of(SCORES, AT, KEYS, STARTS, first), body -> {
            List<Value.Variable> starts = new ArrayList<>();
            for (int j = 0; j < 2; j++) {
                Value at = longInteger((long) j * lanes * Float.BYTES);
                starts.add(body.let("start" + j, load(lanes, STARTS, at)));
            }
            body.loop("key", integer(0), KEYS, 1, (loop, key) -> {
                Value number = new Value.Unary(Value.UnaryOperator.TO_FLOAT, plus(first, key));
                Value.Variable keys = loop.let("number", new Value.Splat(number, lanes));
                for (int j = 0; j < 2; j++) {
                    Value hidden = new Value.Compare(Comparison.LESS, keys, starts.get(j));
                    Value value = new Value.Select(hidden, number(MASKED, lanes), score(key, 0, j));
                    store(loop, SCORES, scoreAt(AT, key, 0, j), value);
                }
            });
        });
    }

    private Method scaleQueries() {
        Value.Variable panel = variable("panel", KernelType.SEGMENT);
        Value.Variable rows = variable("rows", KernelType.INT);
        List<Value.Variable> parameters = List.of(panel, AT, rows, STATISTICS_SEGMENT, STATISTICS_AT);
        return Method.of("scaleQueries", "Multiplies each query's column by its factor.", parameters, body -> {
            List<Value.Variable> factors = rows(body, "factor", FACTOR);
            body.loop("row", integer(0), rows, 1, (loop, row) -> {
                for (int j = 0; j < 2; j++) {
                    Value at = scoreAt(AT, row, 0, j);
                    store(loop, panel, at, times(load(lanes, panel, at), factors.get(j)));
                }
            });
        });
    }

    private Method scalePanel() {
        Value.Variable panel = variable("panel", KernelType.SEGMENT);
        Value.Variable rows = variable("rows", KernelType.INT);
        List<Value.Variable> parameters = List.of(panel, AT, rows, SCALE);
        return Method.of("scalePanel", "Multiplies a panel by a number.", parameters, body -> {
            Value.Variable factor = body.let("factor", new Value.Splat(SCALE, lanes));
            body.loop("row", integer(0), rows, 1, (loop, row) -> {
                for (int j = 0; j < 2; j++) {
                    Value at = scoreAt(AT, row, 0, j);
                    store(loop, panel, at, times(load(lanes, panel, at), factor));
                }
            });
        });
    }

    private Method zeroPanel() {
        Value.Variable panel = variable("panel", KernelType.SEGMENT);
        Value.Variable rows = variable("rows", KernelType.INT);
        return Method.of(
                "zeroPanel",
                "Fills rows of a panel with zeros.",
                List.of(panel, AT, rows),
                body -> body.loop("row", integer(0), rows, 1, (loop, row) -> {
                    for (int j = 0; j < 2; j++) {
                        store(loop, panel, scoreAt(AT, row, 0, j), number(0, lanes));
                    }
                }));
    }

    private static Method copyFloats() {
        Value.Variable source = variable("source", KernelType.SEGMENT);
        Value.Variable target = variable("target", KernelType.SEGMENT);
        Value.Variable to = variable("to", KernelType.LONG);
        Value.Variable count = variable("count", KernelType.INT);
        List<Value.Variable> parameters = List.of(source, AT, target, to, count);
        return Method.of(
                "copyFloats",
                "Copies a few numbers.",
                parameters,
                body -> body.loop("i", integer(0), count, 1, (loop, i) -> {
                    Value bytes = toLong(times(i, Float.BYTES));
                    Value number = new Value.Load(KernelType.FLOAT, source, plus(AT, bytes));
                    store(loop, target, plus(to, bytes), number);
                }));
    }

    private static List<Value.Variable> statistics() {
        return List.of(STATISTICS_SEGMENT, STATISTICS_AT);
    }

    private static List<Value.Variable> scoresAndStatistics() {
        return List.of(SCORES, AT, KEYS, STATISTICS_SEGMENT, STATISTICS_AT);
    }

    private List<Value.Variable> rows(Emitter body, String name, int statistic) {
        List<Value.Variable> rows = new ArrayList<>();
        for (int j = 0; j < 2; j++) {
            rows.add(body.let(name + j, load(lanes, STATISTICS_SEGMENT, statistic(statistic, j))));
        }
        return rows;
    }

    private Value statistic(int statistic, int j) {
        return plus(STATISTICS_AT, (2L * statistic + j) * lanes * Float.BYTES);
    }

    private Value score(Value key, int next, int j) {
        return load(lanes, SCORES, scoreAt(AT, key, next, j));
    }

    private Value scoreAt(Value at, Value key, int next, int j) {
        long row = 2L * lanes * Float.BYTES;
        return plus(plus(at, toLong(times(key, row))), next * row + (long) j * lanes * Float.BYTES);
    }

    private Value greater(Emitter emitter, Value left, Value right) {
        Value first = left instanceof Value.Variable ? left : emitter.let("s", left);
        Value second = right instanceof Value.Variable ? right : emitter.let("s", right);
        Value.Compare compare = new Value.Compare(Comparison.GREATER, first, second);
        return emitter.let("s", new Value.Select(compare, first, second));
    }
}
