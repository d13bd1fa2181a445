package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.ZERO;
import static dev.quipu.codegen.gpu.GpuForms.assign;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.compare;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.element;
import static dev.quipu.codegen.gpu.GpuForms.exp;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.max;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.power;
import static dev.quipu.codegen.gpu.GpuForms.quotient;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of one query per head over a cache, at the speed of memory: keys and values are read once, side by side, and never
 * stored. A group has a head, and where heads are few a share of its keys, which it walks in blocks of as many keys as it has
 * items. Items stand in lines, each of which has keys of its own and a softmax of its own (see {@link TiledAttention}); the
 * softmaxes of the lines, and those of the shares, are joined in a fixed order.
 */
final class DecodeAttention {
    private static final int MOST_ITEMS = 128;
    private static final int FEWEST_ITEMS = 16;

    /** Enough groups for a large GPU, and shares long enough to be worth a second kernel. */
    private static final int GROUPS = 256;

    private static final int FEWEST_KEYS = 256;

    private static final int QUERIES = 0;
    private static final int KEYS = 1;
    private static final int VALUES = 2;
    private static final int POSITIONS = 3;
    private static final int OUTPUT = 4;
    private static final int STATES = 5;

    private final AttentionLaunch launch;
    private final int items;
    private final int shares;
    private final Memories memories;

    private DecodeAttention(AttentionLaunch launch) {
        this.launch = launch;
        this.items = Math.clamp(power(launch.keys()), FEWEST_ITEMS, MOST_ITEMS);
        this.shares = Math.clamp(GROUPS / heads(), 1, Math.max(1, launch.keys() / FEWEST_KEYS));
        Memories buffers = Memories.of(launch.buffers(), List.of(), "q", "k", "v", "positions", "out");
        this.memories = shares == 1 ? buffers : buffers.withScratch("states");
    }

    static GpuLowering.Lowered lower(String name, AttentionLaunch launch) {
        DecodeAttention attention = new DecodeAttention(launch);
        GpuKernel attend = attention.attend(name);
        return attention.shares == 1
                ? GpuLowering.Lowered.of(attend)
                : new GpuLowering.Lowered(List.of(attend, attention.join(name + "_join")), List.of(attention.states()));
    }

    private int heads() {
        return launch.batch() * launch.heads();
    }

    /** Floats of what a share ends with: a vector, the largest score, the sum of weights. */
    private int state() {
        return launch.headSize() + 2;
    }

    private long states() {
        return (long) heads() * shares * state();
    }

    private GpuKernel attend(String name) {
        Emitter body = memories.emitter();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, heads()));
        Value.Variable share = body.let("share", divide(GROUP, heads()));
        Lines lines = new Lines(body, batchHead);
        Value.Variable position = body.let("position", memories.load(POSITIONS, lines.places.batch()));
        Value oldest =
                launch.window() == 0 ? integer(0) : max(minus(position, integer(launch.window() - 1L)), integer(0));
        Value.Variable begin = body.let("keyBegin", oldest);
        Value.Variable end = body.let("keyEnd", min(plus(position, 1), integer(launch.keys())));
        if (shares > 1) {
            Value.Variable seen = body.let("seen", max(minus(end, begin), integer(0)));
            Value.Variable size = body.let("size", divide(plus(seen, shares - 1L), shares));
            begin = body.let("shareBegin", plus(begin, times(share, size)));
            end = body.let("shareEnd", min(plus(begin, size), end));
        }
        lines.walk(body, begin, end);
        lines.join(body, share);
        return new GpuKernel(name, List.of(), memories.all(), heads() * shares, items, body.statements());
    }

    /** The shares of a head, in order. */
    private GpuKernel join(String name) {
        Emitter body = memories.emitter();
        Value.Variable item = body.let("item", ITEM);
        Value.Variable first = body.let("first", times(GROUP, (long) shares * state()));
        Value.Variable most = body.let("most", number(TiledAttention.UNSEEN));
        body.loop("share", integer(0), integer(shares), 1, (loop, share) -> {
            Value at = plus(plus(first, times(share, state())), launch.headSize());
            assign(loop, most, max(most, memories.load(STATES, at)));
        });
        body.loop("d", item, integer(launch.headSize()), items, (columns, d) -> {
            Value.Variable sum = columns.let("sum", ZERO);
            Value.Variable total = columns.let("total", ZERO);
            columns.loop("share", integer(0), integer(shares), 1, (loop, share) -> {
                Value.Variable at = loop.let("at", plus(first, times(share, state())));
                Value statistics = plus(at, launch.headSize());
                Value.Variable factor = loop.let("factor", exp(minus(memories.load(STATES, statistics), most)));
                assign(loop, sum, plus(sum, times(memories.load(STATES, plus(at, d)), factor)));
                assign(loop, total, plus(total, times(memories.load(STATES, plus(statistics, 1)), factor)));
            });
            Value at = plus(times(GROUP, launch.headSize()), d);
            columns.add(memories.store(OUTPUT, at, mean(sum, total)));
        });
        return new GpuKernel(name, List.of(), memories.all(), heads(), items, body.statements());
    }

    /** Zero for a query that sees no key. */
    private static Value mean(Value sum, Value total) {
        return new Value.Select(compare(total, Comparison.GREATER, ZERO), quotient(sum, total), ZERO);
    }

    /** The lines of a group and what each of its items keeps in registers. */
    private final class Lines {
        private final AttentionPlaces places;
        private final Value.Variable keyHead;
        private final Value.Variable batchHead;
        private final Value.Variable item;
        private final Spread spread;
        private final Value.Variable partials;
        private final Value.Variable scores;
        private final Value.Variable most;
        private final Value.Variable sum;
        private final List<Value.Variable> query = new ArrayList<>();
        private final RegisterBlock output;
        private final int across = AttentionTiles.across(launch);
        private final int width = AttentionTiles.padded(launch);

        Lines(Emitter body, Value.Variable batchHead) {
            this.batchHead = batchHead;
            this.places = AttentionPlaces.of(body, launch, batchHead, launch.heads());
            Value.Variable head = AttentionPlaces.head(body, "head", batchHead, launch.heads());
            this.keyHead = body.let("keyHead", places.keyHead(head));
            this.item = body.let("item", ITEM);
            this.spread = Spread.of(body, "line", "column", item, items, across, items, width);
            this.partials = shared(body, "partials", Math.max(items * (across + 1), spread.down() * width));
            this.scores = shared(body, "scores", Math.max(items, 2 * spread.down()));
            this.most = body.let("most", number(TiledAttention.UNSEEN));
            this.sum = body.let("sum", ZERO);
            for (int j = 0; j < spread.columns(); j++) {
                Value.Variable number = body.let("number" + j, part(QUERIES, times(batchHead, launch.headSize()), j));
                Value there = less(spread.column(j), integer(launch.headSize()));
                boolean inside = (j + 1) * across <= launch.headSize();
                query.add(inside ? number : body.let("query" + j, new Value.Select(there, number, ZERO)));
            }
            this.output = RegisterBlock.zeros(body, "out", 1, spread.columns());
        }

        /** An item's number j of a vector; behind the vector's last the last again, which only a query turns to zero. */
        private Value part(int buffer, Value at, int j) {
            Value column = spread.column(j);
            if ((j + 1) * across <= launch.headSize()) {
                return memories.load(buffer, plus(at, column));
            }
            return memories.load(buffer, plus(at, min(column, integer(launch.headSize() - 1L))));
        }

        void walk(Emitter body, Value begin, Value end) {
            body.loop("block", begin, end, items, (loop, block) -> {
                Value.Variable count = loop.let("count", min(minus(end, block), integer(items)));
                keys(loop, count, (inner, place) -> {
                    Value.Variable at = inner.let("keyAt", places.key(keyHead, plus(block, place)));
                    Value product = times(query.getFirst(), part(KEYS, at, 0));
                    for (int j = 1; j < spread.columns(); j++) {
                        product = plus(product, times(query.get(j), part(KEYS, at, j)));
                    }
                    store(inner, partials, plus(times(place, across + 1L), spread.column()), product);
                });
                barrier(loop);
                loop.when(less(item, count), this::score);
                barrier(loop);
                weigh(loop, block, count);
            });
        }

        /** Runs over the keys of a line, by their numbers in the block. */
        private void keys(Emitter body, Value count, Emitter.LoopBody what) {
            body.loop("place", spread.row(), count, spread.down(), what);
        }

        private void score(Emitter body) {
            Value.Variable product = body.let("product", ZERO);
            body.loop("part", integer(0), integer(across), 1, (loop, part) -> {
                Value partial = element(partials, plus(times(item, across + 1L), part));
                assign(loop, product, plus(product, partial));
            });
            store(body, scores, item, times(product, number(launch.scale())));
        }

        private void weigh(Emitter loop, Value block, Value count) {
            Value.Variable next = loop.let("next", most);
            keys(loop, count, (inner, place) -> assign(inner, next, max(next, element(scores, place))));
            Value.Variable factor = loop.let("factor", exp(minus(most, next)));
            assign(loop, most, next);
            assign(loop, sum, times(sum, factor));
            output.multiplyRow(loop, 0, factor);
            keys(loop, count, (inner, place) -> {
                Value.Variable weight = inner.let("weight", exp(minus(element(scores, place), most)));
                assign(inner, sum, plus(sum, weight));
                Value.Variable at = inner.let("valueAt", places.key(keyHead, plus(block, place)));
                for (int j = 0; j < spread.columns(); j++) {
                    Value.Variable to = output.at(0, j);
                    assign(inner, to, plus(to, times(weight, part(VALUES, at, j))));
                }
            });
        }

        /** The lines' softmaxes, in order; the result is stored, or a share's state. */
        void join(Emitter body, Value share) {
            barrier(body);
            body.when(less(spread.column(), integer(1)), inner -> {
                store(inner, scores, spread.row(), most);
                store(inner, scores, plus(spread.row(), (long) spread.down()), sum);
            });
            barrier(body);
            Value.Variable largest = body.let("largest", number(TiledAttention.UNSEEN));
            Value.Variable total = body.let("total", ZERO);
            lines(body, (loop, line) -> assign(loop, largest, max(largest, element(scores, line))));
            lines(body, (loop, line) -> {
                Value factor = exp(minus(element(scores, line), largest));
                assign(loop, total, plus(total, times(element(scores, plus(line, (long) spread.down())), factor)));
            });
            Value.Variable factor = body.let("factor", exp(minus(most, largest)));
            for (int j = 0; j < spread.columns(); j++) {
                Value place = plus(times(spread.row(), width), spread.column(j));
                store(body, partials, place, times(output.at(0, j), factor));
            }
            barrier(body);
            body.loop("d", item, integer(launch.headSize()), items, (loop, d) -> {
                Value.Variable joined = loop.let("joined", ZERO);
                lines(
                        loop,
                        (inner, line) ->
                                assign(inner, joined, plus(joined, element(partials, plus(times(line, width), d)))));
                loop.add(
                        shares == 1
                                ? memories.store(
                                        OUTPUT, plus(times(batchHead, launch.headSize()), d), mean(joined, total))
                                : memories.store(STATES, plus(stateAt(share), d), joined));
            });
            if (shares > 1) {
                body.when(less(item, integer(1)), inner -> {
                    Value.Variable at = inner.let("statisticAt", plus(stateAt(share), launch.headSize()));
                    inner.add(memories.store(STATES, at, largest));
                    inner.add(memories.store(STATES, plus(at, 1), total));
                });
            }
        }

        private void lines(Emitter body, Emitter.LoopBody what) {
            body.loop("other", integer(0), integer(spread.down()), 1, what);
        }

        private Value stateAt(Value share) {
            return times(plus(times(batchHead, shares), share), state());
        }
    }
}
