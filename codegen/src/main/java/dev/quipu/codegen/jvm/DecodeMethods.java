package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.bytes;
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

    static final String VALUES = "addValues";

    private static final int MAXIMUM = 0;
    private static final int SUM = 1;
    private static final int FACTOR = 2;

    /** Vectors of a state before its sum of values. */
    private static final int STATISTICS = 3;

    /** Keys of a block: few enough that what is kept for each of them and each head stays in the nearest caches. */
    static final int BLOCK = 32;

    /**
     * Rows of a cache that are taken side by side: they share a query, and a sum of values is loaded once for them. They are
     * as far from each other as a block allows, because processors foresee one stretch in a page, and a row is shorter.
     */
    private static final int KEYS_TOGETHER = 4;

    /** Vectors of a head that are taken without a loop. */
    private static final int VECTORS = 8;

    private static final Value.Variable STATES = variable("states", KernelType.SEGMENT);
    private static final Value.Variable STATE = variable("state", KernelType.LONG);
    private static final Value.Variable AT = variable("at", KernelType.LONG);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable PARTIALS = variable("partials", KernelType.SEGMENT);
    private static final Value.Variable PARTIALS_AT = variable("partialsAt", KernelType.LONG);
    private static final Value.Variable WEIGHTS_AT = variable("weightsAt", KernelType.INT);
    private static final Value.Variable USED = variable("used", KernelType.INT);
    private static final Value.Variable SCORE_ROW = variable("scores", KernelType.SEGMENT);
    private static final Value.Variable WEIGHT_ROW = variable("weights", KernelType.ARRAY);

    private final AttentionGeometry geometry;
    private final int lanes;
    private final int head;

    DecodeMethods(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.lanes = geometry.library().lanes();
        this.head = geometry.launch().headSize();
    }

    /** Floats of a state. */
    long state() {
        return (long) STATISTICS * lanes + geometry.paddedHead();
    }

    /** Bytes of a share's states. */
    long ofAllHeads() {
        return geometry.launch().heads() * state() * Float.BYTES;
    }

    /** Where a head's part of the products begins. */
    Value partialsAt(Value head) {
        return times(toLong(head), (long) BLOCK * lanes * Float.BYTES);
    }

    /** Where a head's weights begin. */
    Value weightsAt(Value head) {
        return times(head, BLOCK);
    }

    List<Method> all() {
        return List.of(begin(), products(), scores(), weights(), values(), join());
    }

    private Method begin() {
        return Method.of(BEGIN, "All heads' states that saw no key.", List.of(STATES, STATE), body -> {
            body.loop("head", integer(0), integer(geometry.launch().heads()), 1, (heads, head) -> {
                Value.Variable state = heads.let("of", stateOf(head));
                store(heads, STATES, state, number(AttentionPasses.LOWEST_MAXIMUM, lanes));
                store(heads, STATES, plus(state, offset(SUM)), number(0, lanes));
                heads.loop(
                        "d",
                        integer(0),
                        integer(geometry.paddedHead()),
                        lanes,
                        (loop, d) -> store(loop, STATES, sumAt(state, floats(d)), number(0, lanes)));
            });
        });
    }

    private Value stateOf(Value head) {
        return plus(STATE, times(toLong(head), state() * Float.BYTES));
    }

    private static Value floats(Value number) {
        return toLong(times(number, Float.BYTES));
    }

    private Method products() {
        Value.Variable query = variable("query", KernelType.SEGMENT);
        Value.Variable queryAt = variable("queryAt", KernelType.LONG);
        Value.Variable keys = variable("keys", KernelType.SEGMENT);
        String comment = "For every key and head a vector whose lanes add up to query * key.";
        List<Value.Variable> parameters = List.of(query, queryAt, keys, AT, COUNT, PARTIALS);
        return Method.of(
                PRODUCTS,
                comment,
                parameters,
                body -> eachHead(body, (loop, place) -> {
                    Value.Variable from = loop.let("from", plus(queryAt, headVector(place.head())));
                    List<Value.Variable> sums = new ArrayList<>();
                    for (int i = 0; i < place.rows().together(); i++) {
                        sums.add(loop.let("sum" + i, number(0, lanes)));
                    }
                    eachVector(loop, (inner, offset, active) -> {
                        KernelType type = KernelType.floats(lanes);
                        Value left = inner.let("left", new Value.Load(type, query, plus(from, offset), active));
                        for (int i = 0; i < sums.size(); i++) {
                            Value right = new Value.Load(type, keys, plus(place.vectorAt(i), offset), active);
                            inner.add(new Statement.Assign(sums.get(i), new Value.Fma(left, right, sums.get(i))));
                        }
                    });
                    for (int i = 0; i < sums.size(); i++) {
                        Value to = toLong(times(place.key(i), (long) lanes * Float.BYTES));
                        store(loop, PARTIALS, plus(partialsAt(place.head()), to), sums.get(i));
                    }
                }));
    }

    /** Rows of a cache that are taken side by side, so many keys and bytes from each other. */
    private record Rows(int together, Value apart, Value bytesApart) {}

    /** A row, those beside it, and a head that reads them; where the row's key or value of the head lies. */
    private record Place(Rows rows, Value first, Value head, Value vector) {
        Value key(int row) {
            return row == 0 ? first : plus(first, times(rows.apart(), row));
        }

        Value vectorAt(int row) {
            return row == 0 ? vector : plus(vector, times(rows.bytesApart(), row));
        }
    }

    private interface PlaceBody {
        void emit(Emitter loop, Place place);
    }

    /** A few rows of a block together, and in them from head to head; then the rows that are left. */
    private void eachHead(Emitter body, PlaceBody action) {
        Value apart = body.let("apart", new Value.Binary(BinaryOperator.DIVIDE, COUNT, integer(KEYS_TOGETHER)));
        Value bytesApart = body.let("bytesApart", times(toLong(apart), (long) geometry.keyRow()));
        eachHead(body, integer(0), apart, new Rows(KEYS_TOGETHER, apart, bytesApart), action);
        eachHead(body, times(apart, KEYS_TOGETHER), COUNT, new Rows(1, apart, bytesApart), action);
    }

    private void eachHead(Emitter body, Value from, Value end, Rows rows, PlaceBody action) {
        int group = geometry.group();
        body.loop("key", from, end, 1, (keys, key) -> {
            Value.Variable row = keys.let("row", plus(AT, times(toLong(key), (long) geometry.keyRow())));
            keys.loop("keyHead", integer(0), integer(geometry.launch().keyHeads()), 1, (loop, keyHead) -> {
                Value.Variable vector = loop.let("vector", plus(row, headVector(keyHead)));
                if (group == 1) {
                    action.emit(loop, new Place(rows, key, keyHead, vector));
                } else {
                    loop.loop("member", integer(0), integer(group), 1, (members, member) -> {
                        Value head = members.let("head", plus(times(keyHead, group), member));
                        action.emit(members, new Place(rows, key, head, vector));
                    });
                }
            });
        });
    }

    private Value headVector(Value number) {
        return times(toLong(number), (long) head * Float.BYTES);
    }

    private interface VectorBody {
        /**
         * @param offset from the head vector's beginning, in bytes
         * @param active lanes of the vector that are the head's
         */
        void emit(Emitter loop, Value offset, int active);
    }

    /** The vectors of a head. */
    private void eachVector(Emitter body, VectorBody action) {
        int step = VECTORS * lanes;
        int looped = head / step * step;
        int from = 0;
        if (looped > step) {
            body.loop("d", integer(0), integer(looped), step, (loop, d) -> {
                for (int i = 0; i < step; i += lanes) {
                    action.emit(loop, floats(plus(d, i)), lanes);
                }
            });
            from = looped;
        }
        for (int i = from; i < head; i += lanes) {
            action.emit(body, bytes(i), Math.min(lanes, head - i));
        }
    }

    private Method scores() {
        String comment = "Adds up the lanes; behind the last key stand scores that weigh nothing.";
        List<Value.Variable> parameters = List.of(PARTIALS, PARTIALS_AT, COUNT, SCORE_ROW);
        return Method.of(SCORES, comment, parameters, body -> {
            body.loop("key", integer(0), COUNT, lanes, (loop, key) -> {
                List<Value> rows = new ArrayList<>();
                for (int i = 0; i < lanes; i++) {
                    Value place = plus(PARTIALS_AT, toLong(times(plus(key, i), (long) lanes * Float.BYTES)));
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
        String comment = "Weights exp(score - largest); earlier sums shrink as the largest grows.";
        List<Value.Variable> parameters = List.of(SCORE_ROW, COUNT, WEIGHT_ROW, WEIGHTS_AT, STATES, STATE);
        return Method.of(WEIGHTS, comment, parameters, body -> {
            Value before = body.let("before", load(lanes, STATES, statistic(MAXIMUM)));
            Value.Variable highest = body.let("highest", before);
            body.loop("key", integer(0), COUNT, lanes, (loop, key) -> {
                Value.Variable score = loop.let("s", load(lanes, SCORE_ROW, toLong(times(key, Float.BYTES))));
                loop.add(new Statement.Assign(highest, greater(score, highest)));
            });
            Value largest = lanesMaximum(body, highest);
            Value factor = new JvmFunctions(body, lanes).expOfSmall(body.let("less", minus(before, largest)));
            Value.Variable sum = body.let("sum", times(load(lanes, STATES, statistic(SUM)), factor));
            body.loop("key", integer(0), COUNT, lanes, (loop, key) -> {
                Value score = load(lanes, SCORE_ROW, toLong(times(key, Float.BYTES)));
                Value p = new JvmFunctions(loop, lanes).expOfSmall(loop.let("x", minus(score, largest)));
                store(loop, WEIGHT_ROW, plus(WEIGHTS_AT, key), p);
                loop.add(new Statement.Assign(sum, plus(sum, p)));
            });
            store(body, STATES, statistic(MAXIMUM), largest);
            store(body, STATES, statistic(SUM), sum);
            body.loop("d", integer(0), integer(geometry.paddedHead()), lanes, (loop, d) -> {
                Value at = sumAt(STATE, floats(d));
                store(loop, STATES, at, times(load(lanes, STATES, at), factor));
            });
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

    private Method values() {
        Value.Variable values = variable("values", KernelType.SEGMENT);
        List<Value.Variable> parameters = List.of(WEIGHT_ROW, values, AT, COUNT, STATES, STATE);
        String comment = "Adds weighted values to the sums of all heads.";
        return Method.of(
                VALUES,
                comment,
                parameters,
                body -> eachHead(body, (loop, place) -> {
                    List<Value> weights = new ArrayList<>();
                    for (int i = 0; i < place.rows().together(); i++) {
                        Value at = plus(weightsAt(place.head()), place.key(i));
                        Value weight = new Value.Load(KernelType.FLOAT, WEIGHT_ROW, at);
                        weights.add(loop.let("weight", new Value.Splat(weight, lanes)));
                    }
                    Value.Variable state = loop.let("of", stateOf(place.head()));
                    eachVector(loop, (inner, offset, active) -> {
                        Value.Variable sum = inner.let("sum", load(lanes, STATES, sumAt(state, offset)));
                        for (int i = 0; i < weights.size(); i++) {
                            Value at = plus(place.vectorAt(i), offset);
                            Value value = new Value.Load(KernelType.floats(lanes), values, at, active);
                            inner.add(new Statement.Assign(sum, new Value.Fma(weights.get(i), value, sum)));
                        }
                        store(inner, STATES, sumAt(state, offset), sum);
                    });
                }));
    }

    private Method join() {
        Value.Variable output = variable("output", KernelType.SEGMENT);
        String comment = "Sums of a head's shares, brought to one largest score, over the sum of their weights.";
        return Method.of(JOIN, comment, List.of(STATES, STATE, USED, output, AT), body -> {
            Value.Variable largest = body.let("largest", load(lanes, STATES, statistic(MAXIMUM)));
            eachShare(body, (loop, share) -> {
                Value.Variable other = loop.let("other", load(lanes, STATES, share));
                loop.add(new Statement.Assign(largest, greater(other, largest)));
            });
            Value.Variable sum = body.let("sum", number(0, lanes));
            eachShare(body, (loop, share) -> {
                Value less = loop.let("less", minus(load(lanes, STATES, share), largest));
                Value factor = new JvmFunctions(loop, lanes).expOfSmall(less);
                store(loop, STATES, plus(share, offset(FACTOR)), factor);
                Value part = load(lanes, STATES, plus(share, offset(SUM)));
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
            Value factor = load(lanes, STATES, plus(share, offset(FACTOR)));
            Value part = load(lanes, STATES, plus(plus(share, offset(STATISTICS)), offset));
            loop.add(new Statement.Assign(value, new Value.Fma(part, factor, value)));
        });
        body.add(new Statement.Store(output, plus(AT, offset), times(value, inverse), active));
    }

    private void eachShare(Emitter body, Emitter.LoopBody action) {
        body.loop("share", integer(0), USED, 1, (loop, share) -> {
            Value.Variable at = loop.let("shareAt", plus(STATE, times(toLong(share), ofAllHeads())));
            action.emit(loop, at);
        });
    }

    private long offset(int statistic) {
        return (long) statistic * lanes * Float.BYTES;
    }

    private Value statistic(int statistic) {
        return plus(STATE, offset(statistic));
    }

    private Value sumAt(Value state, Value offset) {
        return plus(plus(state, offset(STATISTICS)), offset);
    }
}
