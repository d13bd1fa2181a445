package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.bytes;
import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.load;
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
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import java.util.ArrayList;
import java.util.List;

/**
 * Methods of a kernel for one query per head. The state of a head and a share of its keys is the largest score (in every
 * lane), the sum of exponentials (each lane has a part of it), a factor, and the weighted sum of values.
 */
final class DecodeMethods {
    static final String BEGIN = "begin";
    static final String PRODUCTS = "products";
    static final String SCORES = "score";
    static final String WEIGHTS = "weigh";
    static final String JOIN = "joinShares";

    /** Vectors of a sum of values that stay in registers. */
    private static final int VECTORS = 8;

    private static final int KEYS_TOGETHER = 8;

    private static final Value.Variable STATES = variable("states", KernelType.SEGMENT);
    private static final Value.Variable STATE = variable("state", KernelType.LONG);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable PARTIALS = variable("partials", KernelType.SEGMENT);
    private static final Value.Variable SCORE_ROW = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable WEIGHT_ROW = variable("weights", KernelType.ARRAY);

    private final AttentionGeometry geometry;
    private final int shares;
    private final int lanes;
    private final int head;

    DecodeMethods(AttentionGeometry geometry, int shares) {
        this.geometry = geometry;
        this.shares = shares;
        this.lanes = geometry.library().lanes();
        this.head = geometry.launch().headSize();
    }

    /** Floats of a state. */
    long state() {
        return (long) AttentionPasses.STATISTICS * lanes + geometry.paddedHead();
    }

    List<Method> all() {
        List<Method> all = new ArrayList<>(List.of(begin(), products(), scores(), weights(), join()));
        int vectors = vectors();
        if (vectors >= VECTORS) {
            all.add(values(VECTORS));
        }
        if (vectors % VECTORS > 0) {
            all.add(values(vectors % VECTORS));
        }
        return all;
    }

    private int vectors() {
        return geometry.paddedHead() / lanes;
    }

    private Method begin() {
        return Method.of(BEGIN, "The state that saw no key.", List.of(STATES, STATE), body -> {
            store(body, STATES, statistic(AttentionPasses.MAXIMUM), number(AttentionPasses.LOWEST_MAXIMUM, lanes));
            store(body, STATES, statistic(AttentionPasses.SUM), number(0, lanes));
            body.loop(
                    "d",
                    integer(0),
                    integer(geometry.paddedHead()),
                    lanes,
                    (loop, d) -> store(loop, STATES, sumAt(d), number(0, lanes)));
        });
    }

    /** Several keys together, since one sum would wait for its last addition. */
    private Method products() {
        Value.Variable query = variable("query", KernelType.SEGMENT);
        Value.Variable queryAt = variable("queryAt", KernelType.LONG);
        Value.Variable keys = variable("keys", KernelType.SEGMENT);
        String comment = "For every key a vector whose lanes add up to query * key.";
        List<Value.Variable> parameters = List.of(query, queryAt, keys, AT, COUNT, PARTIALS);
        return Method.of(PRODUCTS, comment, parameters, body -> {
            Value whole = body.let("whole", multiple(COUNT, KEYS_TOGETHER));
            body.loop(
                    "key",
                    integer(0),
                    whole,
                    KEYS_TOGETHER,
                    (loop, key) -> products(loop, key, KEYS_TOGETHER, query, queryAt, keys));
            body.loop("key", whole, COUNT, 1, (loop, key) -> products(loop, key, 1, query, queryAt, keys));
        });
    }

    private void products(Emitter loop, Value key, int together, Value query, Value queryAt, Value keys) {
        Value.Variable from = loop.let("from", plus(AT, times(toLong(key), (long) geometry.keyRow())));
        List<Value.Variable> sums = new ArrayList<>();
        for (int i = 0; i < together; i++) {
            sums.add(loop.let("sum" + i, number(0, lanes)));
        }
        int whole = head / lanes * lanes;
        loop.loop(
                "d",
                integer(0),
                integer(whole),
                lanes,
                (inner, d) ->
                        addProducts(inner, sums, toLong(times(d, Float.BYTES)), lanes, from, query, queryAt, keys));
        if (head > whole) {
            addProducts(loop, sums, bytes(whole), head - whole, from, query, queryAt, keys);
        }
        for (int i = 0; i < together; i++) {
            store(loop, PARTIALS, toLong(times(plus(key, i), (long) lanes * Float.BYTES)), sums.get(i));
        }
    }

    private void addProducts(
            Emitter body,
            List<Value.Variable> sums,
            Value offset,
            int active,
            Value from,
            Value query,
            Value queryAt,
            Value keys) {
        KernelType type = KernelType.floats(lanes);
        Value left = body.let("left", new Value.Load(type, query, plus(queryAt, offset), active));
        for (int i = 0; i < sums.size(); i++) {
            Value place = plus(plus(from, offset), (long) i * geometry.keyRow());
            Value right = new Value.Load(type, keys, place, active);
            body.add(new Statement.Assign(sums.get(i), new Value.Fma(left, right, sums.get(i))));
        }
    }

    private Method scores() {
        String comment = "Adds up the lanes; behind the last key stand scores that weigh nothing.";
        List<Value.Variable> parameters = List.of(PARTIALS, COUNT, SCORE_ROW);
        return Method.of(SCORES, comment, parameters, body -> {
            body.loop("key", integer(0), COUNT, lanes, (loop, key) -> {
                List<Value> rows = new ArrayList<>();
                for (int i = 0; i < lanes; i++) {
                    Value place = toLong(times(plus(key, i), (long) lanes * Float.BYTES));
                    rows.add(loop.let("row" + i, load(lanes, PARTIALS, place)));
                }
                Value sums = new Transposition(lanes).sums(rows, "sum", loop.statements());
                Value score = times(sums, number(geometry.launch().scale(), lanes));
                store(loop, SCORE_ROW, toLong(times(key, Float.BYTES)), score);
            });
            Value end = multiple(plus(COUNT, lanes - 1L), lanes);
            body.loop(
                    "key",
                    COUNT,
                    end,
                    1,
                    (loop, key) ->
                            store(loop, SCORE_ROW, toLong(times(key, Float.BYTES)), number(AttentionPasses.MASKED, 1)));
        });
    }

    private Method weights() {
        String comment = "Weights exp(score - largest); the factor is what earlier sums shrink by.";
        List<Value.Variable> parameters = List.of(SCORE_ROW, COUNT, WEIGHT_ROW, STATES, STATE);
        return Method.of(WEIGHTS, comment, parameters, body -> {
            Value before = body.let("before", load(lanes, STATES, statistic(AttentionPasses.MAXIMUM)));
            Value.Variable highest = body.let("highest", before);
            body.loop("key", integer(0), COUNT, lanes, (loop, key) -> {
                Value.Variable score = loop.let("s", load(lanes, SCORE_ROW, toLong(times(key, Float.BYTES))));
                loop.add(new Statement.Assign(highest, greater(score, highest)));
            });
            Value largest = lanesMaximum(body, highest);
            Value factor = new JvmFunctions(body, lanes).expOfSmall(body.let("less", minus(before, largest)));
            Value.Variable sum = body.let("sum", times(load(lanes, STATES, statistic(AttentionPasses.SUM)), factor));
            body.loop("key", integer(0), COUNT, lanes, (loop, key) -> {
                Value score = load(lanes, SCORE_ROW, toLong(times(key, Float.BYTES)));
                Value p = new JvmFunctions(loop, lanes).expOfSmall(loop.let("x", minus(score, largest)));
                store(loop, WEIGHT_ROW, key, p);
                loop.add(new Statement.Assign(sum, plus(sum, p)));
            });
            store(body, STATES, statistic(AttentionPasses.MAXIMUM), largest);
            store(body, STATES, statistic(AttentionPasses.SUM), sum);
            store(body, STATES, statistic(AttentionPasses.FACTOR), factor);
        });
    }

    /** The largest lane, in every lane. */
    private Value lanesMaximum(Emitter body, Value vector) {
        Value current = vector;
        for (int half = lanes / 2; half >= 1; half /= 2) {
            List<Integer> rotated = new ArrayList<>();
            for (int lane = 0; lane < lanes; lane++) {
                rotated.add((lane + half) % lanes);
            }
            Value other = body.let("other", new Value.Shuffle(current, current, rotated));
            current = body.let("largest", greater(current, other));
        }
        return current;
    }

    private static Value greater(Value left, Value right) {
        return new Value.Select(new Value.Compare(Value.Comparison.GREATER, left, right), left, right);
    }

    /** Adds weighted values to a head's sum, some vectors at a time. */
    void addValues(Emitter body, Value weights, Value values, Value at, Value count, Value states, Value state) {
        for (int first = 0; first < vectors(); first += VECTORS) {
            int vectors = Math.min(VECTORS, vectors() - first);
            long offset = (long) first * lanes * Float.BYTES;
            Value sums = plus(state, offset);
            call(body, "addValues" + vectors, weights, values, plus(at, offset), count, states, state, sums);
        }
    }

    /** Whole vectors: what lies behind a head vector goes to sums that nobody reads. */
    private Method values(int vectors) {
        Value.Variable values = variable("values", KernelType.SEGMENT);
        Value.Variable sumsAt = variable("sumsAt", KernelType.LONG);
        List<Value.Variable> parameters = List.of(WEIGHT_ROW, values, AT, COUNT, STATES, STATE, sumsAt);
        String comment = "Adds weighted values to a sum of " + vectors + " vectors.";
        return Method.of("addValues" + vectors, comment, parameters, body -> {
            Value.Variable factor = body.let("factor", load(lanes, STATES, statistic(AttentionPasses.FACTOR)));
            List<Value.Variable> sums = new ArrayList<>();
            long row = (long) lanes * Float.BYTES;
            for (int i = 0; i < vectors; i++) {
                Value at = plus(sumsAt, (AttentionPasses.STATISTICS + i) * row);
                sums.add(body.let("sum" + i, times(load(lanes, STATES, at), factor)));
            }
            body.loop("key", integer(0), COUNT, 1, (loop, key) -> {
                Value.Variable from = loop.let("from", plus(AT, times(toLong(key), (long) geometry.keyRow())));
                Value weight = new Value.Load(KernelType.FLOAT, WEIGHT_ROW, key);
                Value.Variable spread = loop.let("weight", new Value.Splat(weight, lanes));
                for (int i = 0; i < vectors; i++) {
                    Value value = load(lanes, values, plus(from, i * row));
                    loop.add(new Statement.Assign(sums.get(i), new Value.Fma(spread, value, sums.get(i))));
                }
            });
            for (int i = 0; i < vectors; i++) {
                store(body, STATES, plus(sumsAt, (AttentionPasses.STATISTICS + i) * row), sums.get(i));
            }
        });
    }

    private Method join() {
        Value.Variable output = variable("output", KernelType.SEGMENT);
        String comment = "Sums of a head's shares, brought to one largest score, over the sum of their weights.";
        return Method.of(JOIN, comment, List.of(STATES, STATE, output, AT), body -> {
            Value.Variable largest = body.let("largest", load(lanes, STATES, statistic(AttentionPasses.MAXIMUM)));
            eachShare(body, (loop, share) -> {
                Value.Variable other = loop.let("other", load(lanes, STATES, share));
                loop.add(new Statement.Assign(largest, greater(other, largest)));
            });
            Value.Variable sum = body.let("sum", number(0, lanes));
            eachShare(body, (loop, share) -> {
                Value less = loop.let("less", minus(load(lanes, STATES, share), largest));
                Value factor = new JvmFunctions(loop, lanes).expOfSmall(less);
                store(loop, STATES, plus(share, offset(AttentionPasses.FACTOR)), factor);
                Value part = load(lanes, STATES, plus(share, offset(AttentionPasses.SUM)));
                loop.add(new Statement.Assign(sum, new Value.Fma(part, factor, sum)));
            });
            Value total = new Value.Splat(body.lanes(BinaryOperator.ADD, sum), lanes);
            Value inverse = body.let("inverse", new Value.Binary(BinaryOperator.DIVIDE, number(1, lanes), total));
            int whole = head / lanes * lanes;
            body.loop(
                    "d",
                    integer(0),
                    integer(whole),
                    lanes,
                    (loop, d) -> joined(loop, toLong(times(d, Float.BYTES)), inverse, output, lanes));
            if (head > whole) {
                joined(body, bytes(whole), inverse, output, head - whole);
            }
        });
    }

    private void joined(Emitter body, Value offset, Value inverse, Value output, int active) {
        Value.Variable value = body.let("value", number(0, lanes));
        eachShare(body, (loop, share) -> {
            Value factor = load(lanes, STATES, plus(share, offset(AttentionPasses.FACTOR)));
            Value part = load(lanes, STATES, plus(plus(share, offset(AttentionPasses.STATISTICS)), offset));
            loop.add(new Statement.Assign(value, new Value.Fma(part, factor, value)));
        });
        body.add(new Statement.Store(output, plus(AT, offset), times(value, inverse), active));
    }

    private void eachShare(Emitter body, Emitter.LoopBody action) {
        Value size = integer(state() * Float.BYTES);
        body.loop("share", integer(0), integer(shares), 1, (loop, share) -> {
            Value.Variable at = loop.let("shareAt", plus(STATE, toLong(times(share, size))));
            action.emit(loop, at);
        });
    }

    private long offset(int statistic) {
        return (long) statistic * lanes * Float.BYTES;
    }

    private Value statistic(int statistic) {
        return plus(STATE, offset(statistic));
    }

    private Value sumAt(Value d) {
        return plus(plus(STATE, offset(AttentionPasses.STATISTICS)), toLong(times(d, Float.BYTES)));
    }
}
