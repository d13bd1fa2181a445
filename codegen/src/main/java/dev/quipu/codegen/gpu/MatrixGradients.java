package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.comment;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.max;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.quotient;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.List;

/**
 * {@link QueryGradients} or {@link KeyGradients} with all products on matrix units, over bf16 and added up in f32. Both are one
 * algorithm: a group has rows of its own, keys and values or queries and output gradients, and walks tiles of the others.
 *
 * <pre>
 *     S = first own * first other^T        dP = second own * second other^T
 *     first gradient += dS * first other   second gradient += P * second other
 * </pre>
 *
 * The own rows are left matrices that stay in registers, as the gradients do; the others are in local memory, the right matrices
 * of the first two products turned. S and dP pass through global memory, where a unit's sums can be read.
 */
final class MatrixGradients {
    private final AttentionLaunch launch;
    private final MatrixTiles tiles;
    private final Memories memories;
    private final Emitter body;
    private final AttentionPlaces places;
    private final AttentionMask mask;
    private final Value.Variable ownHead;
    private final Value.Variable first;
    private final Value.Variable count;
    private final Value.Variable item;
    private final Value.Variable band;
    private final Value.Variable side;
    private final Value.Variable room;
    private final MatrixSlopes slopes;
    private final MatrixVectors vectors;

    private MatrixGradients(MatrixTiles tiles, Memories memories) {
        this.launch = tiles.launch();
        this.tiles = tiles;
        this.memories = memories;
        this.body = memories.emitter();
        int heads = tiles.ofKeys() ? launch.keyHeads() : launch.heads();
        int all = launch.batch() * heads;
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, all));
        this.places = AttentionPlaces.of(body, launch, batchHead, heads);
        this.mask = GradientTiles.mask(places, memories);
        this.ownHead = AttentionPlaces.head(body, tiles.ofKeys() ? "keyHead" : "head", batchHead, heads);
        comment(body, "The groups that walk the most come first.");
        Value number = divide(GROUP, all);
        Value ordered = tiles.ofKeys() ? number : minus(integer(tiles.tiles() - 1L), number);
        this.first = body.let("first", times(ordered, tiles.own()));
        int rows = tiles.ofKeys() ? launch.keys() : launch.queries();
        this.count = body.let("count", min(integer(tiles.own()), minus(integer(rows), first)));
        this.item = body.let("item", ITEM);
        Value.Variable warp = body.let("warp", divide(item, Matrix.WARP));
        this.band = body.let("band", divide(warp, tiles.sides()));
        this.side = body.let("side", remainder(warp, tiles.sides()));
        this.room = body.let("room", times(GROUP, tiles.groupScratch()));
        this.slopes = new MatrixSlopes(body, tiles, memories, mask);
        this.vectors = new MatrixVectors(body, tiles, memories, item, band);
    }

    static GpuKernel kernel(String name, MatrixTiles tiles, Memories memories) {
        MatrixGradients gradients = new MatrixGradients(tiles, memories);
        gradients.emit();
        return new GpuKernel(
                name, List.of(), memories.all(), tiles.groups(), tiles.items(), gradients.body.statements());
    }

    /** Small matrices of scores side by side. */
    private int blocks() {
        return tiles.others() / Matrix.COLUMNS;
    }

    /** Small matrices of gradients that a warp adds up. */
    private int sums() {
        return launch.headSize() / Matrix.COLUMNS / tiles.sides();
    }

    private void emit() {
        Value ownAt = body.let("ownAt", tiles.ofKeys() ? places.key(ownHead, first) : places.query(ownHead, first));
        int step = tiles.ofKeys() ? places.keyStep() : places.queryStep();
        vectors.loadOwn(body, ownAt, step, body.let("lastOwn", minus(count, integer(1))));
        MatrixSums firstSums = MatrixSums.zeros(body, tiles.ofKeys() ? "keySums" : "querySums", sums());
        int gradients = GradientTiles.gradients(launch);
        if (tiles.ofKeys()) {
            MatrixSums values = MatrixSums.zeros(body, "valueSums", sums());
            walkQueries(firstSums, values);
            finish(firstSums, gradients + 1, ownAt, step);
            barrier(body);
            finish(values, gradients + 2, ownAt, step);
        } else {
            walkKeys(firstSums);
            finish(firstSums, gradients, ownAt, step);
        }
    }

    private void walkKeys(MatrixSums sums) {
        Value.Variable keyHead = body.let("keyHead", places.keyHead(ownHead));
        slopes.loadStatistics(body, item, ownHead, first);
        Value.Variable begin = body.let("keyBegin", mask.oldest(first));
        Value.Variable end = body.let("keyEnd", mask.end(plus(first, count)));
        body.loop("key", begin, end, tiles.keyTile(), (loop, key) -> {
            Value.Variable last = loop.let("last", minus(min(integer(tiles.keyTile()), minus(end, key)), integer(1)));
            Value.Variable at = loop.let("keyAt", places.key(keyHead, key));
            vectors.loadOthers(loop, at, places.keyStep(), last);
            score(loop, first, key);
            vectors.add(loop, slopes.slopes(), 0, side, sums);
            barrier(loop);
        });
    }

    /** All heads that share the keys in one loop, since sums are carried around no more. */
    private void walkQueries(MatrixSums keySums, MatrixSums valueSums) {
        Value end = integer(launch.queries());
        if (launch.window() > 0) {
            end = min(end, plus(plus(first, count), launch.window() - 1L));
        }
        Value.Variable queryEnd = body.let("queryEnd", end);
        Value.Variable visited = body.let("tiles", tilesThatSee(queryEnd));
        Value.Variable turns = body.let("turns", times(visited, places.group()));
        body.loop("member", integer(0), turns, 1, (loop, member) -> {
            Value.Variable head = loop.let("head", plus(times(ownHead, places.group()), quotient(member, visited)));
            Value number = new Value.Binary(BinaryOperator.REMAINDER, member, visited);
            Value.Variable query = loop.let("firstQuery", plus(first, times(number, tiles.queryTile())));
            Value rest = minus(integer(launch.queries()), query);
            Value.Variable last = loop.let("last", minus(min(integer(tiles.queryTile()), rest), integer(1)));
            Value.Variable at = loop.let("queryAt", places.query(head, query));
            slopes.loadStatistics(loop, item, head, query);
            vectors.loadOthers(loop, at, places.queryStep(), last);
            score(loop, query, first);
            vectors.add(loop, slopes.slopes(), 0, side, keySums);
            vectors.add(loop, slopes.weights(), 1, side, valueSums);
            barrier(loop);
        });
    }

    /** How many tiles of queries, from the one of the group's own place on, see some of the group's keys. */
    private Value tilesThatSee(Value queryEnd) {
        int tile = tiles.queryTile();
        if (!launch.starts()) {
            return divide(plus(max(minus(queryEnd, first), integer(1)), tile - 1L), tile);
        }
        Value.Variable seeing = body.let("seeing", integer(1));
        comment(body, "Documents that begin behind the keys see nothing of them, nor do those behind.");
        body.loop("query", plus(first, tile), queryEnd, tile, (loop, query) -> {
            Value sees = less(mask.start(query), plus(first, count));
            GpuForms.assign(loop, seeing, plus(seeing, new Value.Select(sees, integer(1), integer(0))));
        });
        return seeing;
    }

    /** Weights and slopes of the tile that is being loaded, in local memory for all to see. */
    private void score(Emitter loop, Value firstQuery, Value firstKey) {
        barrier(loop);
        int turns = blocks() / tiles.sides();
        loop.loop("turn", integer(0), integer(turns), 1, (inner, turn) -> {
            Value.Variable block = inner.let("block", plus(times(turn, tiles.sides()), side));
            vectors.score(inner, block, roomOf(inner, block));
        });
        // items read what they wrote: this barrier is for TornadoVM, which else knows no reason to keep that order
        barrier(loop);
        Value lane = remainder(item, Matrix.WARP);
        // from item to item: if compilers unroll it as a whole, its addresses take the registers that sums need
        loop.loop("number", lane, integer((long) turns * Matrix.WARP), Matrix.WARP, (inner, number) -> {
            Value.Variable block = inner.let("block", plus(times(divide(number, Matrix.WARP), tiles.sides()), side));
            slopes.weigh(inner, band, block, lane, roomOf(inner, block), firstQuery, firstKey);
        });
        barrier(loop);
    }

    /** Where a small matrix of scores begins. */
    private Value roomOf(Emitter body, Value block) {
        Value number = plus(times(band, blocks()), block);
        return body.let("at", plus(room, times(number, 2L * MatrixSlopes.BLOCK)));
    }

    /** Stores the gradients of the rows that are there. */
    private void finish(MatrixSums sums, int buffer, Value at, int step) {
        int size = launch.headSize();
        Value corner = plus(times(band, (long) Matrix.ROWS * size), times(side, (long) sums() * Matrix.COLUMNS));
        sums.store(body, memories, memories.last(), plus(room, corner), size);
        barrier(body);
        int turns = tiles.own() * size / tiles.items();
        body.loop("turn", integer(0), integer(turns), 1, (loop, turn) -> {
            Value.Variable number = loop.let("number", plus(item, times(turn, tiles.items())));
            Value.Variable row = loop.let("row", divide(number, size));
            loop.when(less(row, count), inner -> {
                Value to = plus(plus(at, times(row, step)), remainder(number, size));
                inner.add(memories.store(buffer, to, memories.load(memories.last(), plus(room, number))));
            });
        });
    }
}
