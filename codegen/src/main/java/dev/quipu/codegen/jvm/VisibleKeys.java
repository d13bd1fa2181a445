package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.jvm.Values.call;
import static dev.quipu.codegen.jvm.Values.less;
import static dev.quipu.codegen.jvm.Values.load;
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
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Which keys a group of queries sees, and the masks for those that some of it do not. Each query sees neighbouring keys: from
 * its window's or its document's first one up to itself.
 */
final class VisibleKeys {
    /** Where queries' documents begin, and the place of a batch element's in it. */
    static final Value.Variable STARTS = variable("starts", KernelType.SEGMENT);

    static final Value.Variable STARTS_AT = variable("startsAt", KernelType.LONG);

    private static final Value.Variable SCORES = variable("scores", KernelType.ARRAY);
    private static final Value.Variable SCORES_AT = variable("scoresAt", KernelType.INT);
    private static final Value.Variable BEGIN = variable("begin", KernelType.INT);
    private static final Value.Variable END = variable("end", KernelType.INT);
    private static final Value.Variable SEEN = variable("seen", KernelType.INT);
    private static final Value.Variable BLOCK = variable("block", KernelType.INT);
    private static final Value.Variable BEHIND = variable("behind", KernelType.INT);
    private static final Value.Variable COUNT = variable("count", KernelType.INT);
    private static final Value.Variable MASKED = variable("masked", KernelType.FLOAT);

    private static final String LATER = "maskLater";
    private static final String EARLIER = "maskEarlier";
    private static final String OTHERS = "maskOthers";

    private final AttentionGeometry geometry;
    private final AttentionLaunch launch;
    private final int lanes;

    VisibleKeys(AttentionGeometry geometry) {
        this.geometry = geometry;
        this.launch = geometry.launch();
        this.lanes = geometry.lanes();
    }

    /**
     * Keys of a block that a group sees, relative to the block; none where begin is not less than seen.
     *
     * @param begin a vector's first
     * @param seen behind the last
     * @param end {@code seen} rounded up to whole vectors
     * @param oldest the first key that the group sees, in all blocks
     */
    record Range(Value.Variable begin, Value.Variable seen, Value.Variable end, Value oldest) {
        Value some() {
            return less(begin, seen);
        }

        Value none() {
            return Values.atLeast(begin, seen);
        }
    }

    /** What count queries from a place among the keys on see of a block. */
    Range of(Emitter body, Value block, Value place, Value count) {
        Value present = launch.kind() == AttentionLaunch.Kind.CACHED
                ? min(minus(integer(launch.keys()), block), integer(geometry.keyBlock()))
                : integer(geometry.keyBlock());
        Value.Variable seen = body.let("seen", min(plus(minus(place, block), count), present));
        Value.Variable end = body.let("end", multiple(plus(seen, lanes - 1L), lanes));
        if (isFromTheFirst()) {
            return new Range(body.let("begin", integer(0)), seen, end, integer(0));
        }
        Value.Variable oldest = body.let("oldest", oldest(place));
        Value first = max(minus(oldest, block), integer(0));
        return new Range(body.let("begin", multiple(first, lanes)), seen, end, oldest);
    }

    /** Whether all queries see the first key. */
    boolean isFromTheFirst() {
        return launch.window() == 0 && !launch.starts();
    }

    /** The first key that a query sees, and no later one sees an earlier key: of its window, of its document. */
    Value oldest(Value query) {
        int window = launch.window();
        Value first = window == 0 ? integer(0) : max(minus(query, integer(window - 1L)), integer(0));
        if (!launch.starts()) {
            return first;
        }
        return window == 0 ? start(query) : max(first, start(query));
    }

    /** The first key of a query's document; {@link #STARTS} and {@link #STARTS_AT} are in sight. */
    Value start(Value query) {
        return new Value.Load(KernelType.INT, STARTS, plus(STARTS_AT, toLong(times(query, Integer.BYTES))));
    }

    /** What a method needs in order to know documents. */
    List<Value.Variable> parameters() {
        return launch.starts() ? List.of(STARTS, STARTS_AT) : List.of();
    }

    /** Gives scores of keys that their query does not see another value. */
    void mask(
            Emitter body,
            Value.Variable scores,
            Value scoresAt,
            Range range,
            Value block,
            Value place,
            Value count,
            double masked) {
        Value value = number(masked, 1);
        Value.Variable behind = body.let("behind", minus(place, block));
        // of queries past the end of a cache, too, what lies behind its last key
        Value first = multiple(min(max(plus(behind, 1), integer(0)), range.seen()), lanes);
        Value.Variable later = body.let("later", isFromTheFirst() ? first : max(range.begin(), first));
        body.when(
                less(later, range.end()),
                some -> call(some, LATER, scores, scoresAt, later, range.end(), behind, range.seen(), value));
        if (launch.window() > 0) {
            Value last = plus(behind, (long) geometry.rows() - launch.window());
            Value.Variable earlier = body.let("earlier", min(range.end(), last));
            body.when(
                    less(range.begin(), earlier),
                    some -> call(some, EARLIER, scores, scoresAt, range.begin(), earlier, behind, value));
        }
        if (launch.starts()) {
            // from the last query's start on, every query's document has begun
            Value last = minus(start(minus(plus(place, count), integer(1))), block);
            Value.Variable others = body.let("others", min(range.end(), last));
            Value at = plus(STARTS_AT, toLong(times(place, Integer.BYTES)));
            body.when(
                    less(range.begin(), others),
                    some -> call(
                            some, OTHERS, scores, scoresAt, range.begin(), others, block, value, STARTS, at, count));
        }
    }

    /** The methods that {@link #mask} calls. */
    List<Method> methods() {
        List<Method> all = new ArrayList<>();
        Value rows = integer(geometry.rows());
        all.add(mask(
                LATER,
                "Keys behind their query, or behind the last one: key > behind + row.",
                Comparison.GREATER_OR_EQUAL,
                List.of(SCORES, SCORES_AT, BEGIN, END, BEHIND, SEEN, MASKED),
                rows,
                row -> min(plus(plus(BEHIND, row), 1), SEEN)));
        if (launch.window() > 0) {
            all.add(mask(
                    EARLIER,
                    "Keys before their query's window.",
                    Comparison.LESS,
                    List.of(SCORES, SCORES_AT, BEGIN, END, BEHIND, MASKED),
                    rows,
                    row -> plus(plus(BEHIND, row), 1L - launch.window())));
        }
        if (launch.starts()) {
            Value.Variable at = variable("at", KernelType.LONG);
            all.add(mask(
                    OTHERS,
                    "Keys of earlier documents than their query's.",
                    Comparison.LESS,
                    List.of(SCORES, SCORES_AT, BEGIN, END, BLOCK, MASKED, STARTS, at, COUNT),
                    COUNT,
                    row -> minus(
                            new Value.Load(KernelType.INT, STARTS, plus(at, toLong(times(row, Integer.BYTES)))),
                            BLOCK)));
        }
        return all;
    }

    /** Keys from begin until end; places are below 2^24, which a float counts exactly. */
    private Method mask(
            String name,
            String comment,
            Comparison hidden,
            List<Value.Variable> parameters,
            Value rows,
            UnaryOperator<Value> bound) {
        return Method.of(name, comment, parameters, body -> {
            Value.Variable masked = body.let("other", new Value.Splat(MASKED, lanes));
            body.loop("row", integer(0), rows, 1, (each, row) -> {
                Value.Variable limit = each.let("limit", splat(bound.apply(row)));
                Value.Variable at = each.let("line", plus(SCORES_AT, times(row, geometry.line())));
                each.loop("key", BEGIN, END, lanes, (loop, key) -> {
                    Value.Variable places = loop.let("places", plus(new Value.LaneNumbers(lanes), splat(key)));
                    Value address = plus(at, key);
                    Value value = new Value.Select(
                            new Value.Compare(hidden, places, limit), masked, load(lanes, SCORES, address));
                    store(loop, SCORES, address, value);
                });
            });
        });
    }

    private Value splat(Value number) {
        return new Value.Splat(new Value.Unary(Value.UnaryOperator.TO_FLOAT, number), lanes);
    }
}
