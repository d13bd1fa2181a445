package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.assign;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.comment;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.element;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.AttentionTiles.Use;
import dev.quipu.codegen.gpu.RegisterBlock.Product;
import dev.quipu.codegen.gpu.RegisterBlock.Side;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.List;

/**
 * Gradients of attention (Dao et al. 2022, section 3.2). Scores are computed again tile by tile; with P = exp(S - lse):
 *
 * <pre>
 *     dV = P^T dO      dP = dO V^T      dS = scale * P (dP - delta)      dQ = dS K      dK = dS^T Q
 * </pre>
 *
 * where delta, one number per query, is the sum of dO * O. A first kernel computes it. In a second one a group has a tile of
 * keys and walks the queries that see them, of all heads that share the keys; in a third a group has a tile of queries and walks
 * their keys. So scores are computed twice, and no two groups add to one number.
 */
final class AttentionGradients {
    private static final int ITEMS_OF_DELTA = 128;

    private final AttentionLaunch launch;
    private final Memories memories;

    private AttentionGradients(AttentionLaunch launch) {
        this.launch = launch;
        this.memories = GradientTiles.memories(launch);
    }

    static GpuLowering.Lowered lower(String name, AttentionLaunch launch) {
        AttentionGradients gradients = new AttentionGradients(launch);
        List<GpuKernel> kernels = List.of(
                gradients.delta(name), gradients.ofKeys(name + "_keys"), gradients.ofQueries(name + "_queries"));
        return new GpuLowering.Lowered(kernels, List.of(GradientTiles.deltas(launch)));
    }

    /** Several rows of a group, a few items along each; their sums are added by a tree. */
    private GpuKernel delta(String name) {
        Emitter body = memories.emitter();
        int across = AttentionTiles.across(launch);
        int rows = ITEMS_OF_DELTA / across;
        int width = AttentionTiles.padded(launch);
        int queries = Math.toIntExact(GradientTiles.deltas(launch));
        Value.Variable item = body.let("item", ITEM);
        Spread spread = Spread.of(body, "row", "column", item, ITEMS_OF_DELTA, across, rows, width);
        Value.Variable sums = shared(body, "sums", ITEMS_OF_DELTA);
        Value.Variable query = body.let("query", plus(times(GROUP, rows), spread.row()));
        Value.Variable sum = body.let("sum", GpuForms.ZERO);
        body.when(less(query, integer(queries)), inner -> {
            Value.Variable at = inner.let("at", times(query, launch.headSize()));
            inner.loop("d", spread.column(), integer(launch.headSize()), across, (loop, d) -> {
                Value output = memories.load(GradientTiles.OUTPUT, plus(at, d));
                Value gradient = memories.load(GradientTiles.OUTPUT_GRADIENT, plus(at, d));
                assign(loop, sum, plus(sum, times(gradient, output)));
            });
        });
        store(body, sums, item, sum);
        barrier(body);
        for (int half = across / 2; half >= 1; half /= 2) {
            int other = half;
            body.when(
                    less(spread.column(), integer(half)),
                    inner -> store(inner, sums, item, plus(element(sums, item), element(sums, plus(item, (long)
                            other)))));
            barrier(body);
        }
        body.when(less(item, integer(rows)), inner -> {
            Value.Variable stored = inner.let("stored", plus(times(GROUP, rows), item));
            inner.when(
                    less(stored, integer(queries)),
                    there -> there.add(
                            memories.store(GradientTiles.delta(launch), stored, element(sums, times(item, across)))));
        });
        return kernel(name, body, Math.ceilDiv(queries, rows), ITEMS_OF_DELTA);
    }

    private GpuKernel ofKeys(String name) {
        AttentionTiles tiles = AttentionTiles.of(launch, Use.KEY_GRADIENTS);
        Emitter body = memories.emitter();
        int keyHeads = launch.batch() * launch.keyHeads();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, keyHeads));
        AttentionPlaces places = AttentionPlaces.of(body, launch, batchHead, launch.keyHeads());
        Value.Variable keyHead = AttentionPlaces.head(body, "keyHead", batchHead, launch.keyHeads());
        comment(body, "The first keys are seen by the most queries: their groups come first.");
        Value.Variable first = body.let("firstKey", times(divide(GROUP, keyHeads), tiles.keyTile()));
        GradientTiles tile = new GradientTiles(body, tiles, Use.KEY_GRADIENTS, memories, places);
        Value.Variable count =
                body.let("keyCount", min(integer(tiles.keyTile()), minus(integer(launch.keys()), first)));
        tile.loadKeys(body, keyHead, first, count);
        Spread vectors = tile.vectors();
        RegisterBlock keys = RegisterBlock.zeros(body, "keyGradient", vectors.rows(), vectors.columns());
        RegisterBlock values = RegisterBlock.zeros(body, "valueGradient", vectors.rows(), vectors.columns());
        Value end = integer(launch.queries());
        if (launch.window() > 0) {
            end = min(end, plus(plus(first, count), launch.window() - 1L));
        }
        Value.Variable queryEnd = body.let("queryEnd", end);
        body.loop("member", integer(0), integer(places.group()), 1, (heads, member) -> {
            Value.Variable head = heads.let("head", plus(times(keyHead, places.group()), member));
            heads.loop("query", first, queryEnd, tiles.queryTile(), (loop, query) -> {
                if (launch.starts()) {
                    // documents that begin behind the keys see nothing of them
                    Value seen = less(tile.mask().start(query), plus(first, count));
                    loop.when(seen, inner -> addToKeys(inner, tile, tiles, head, query, first, keys, values));
                } else {
                    addToKeys(loop, tile, tiles, head, query, first, keys, values);
                }
            });
        });
        Value.Variable at = body.let("gradientAt", places.key(keyHead, first));
        int gradients = GradientTiles.gradients(launch);
        tile.store(body, gradients + 1, keys, at, places.keyStep(), count, launch.scale());
        tile.store(body, gradients + 2, values, at, places.keyStep(), count, 1);
        return kernel(name, body, keyHeads * tiles.keyTiles(), tiles.items());
    }

    private void addToKeys(
            Emitter body,
            GradientTiles tile,
            AttentionTiles tiles,
            Value head,
            Value query,
            Value firstKey,
            RegisterBlock keys,
            RegisterBlock values) {
        Value.Variable count =
                body.let("count", min(integer(tiles.queryTile()), minus(integer(launch.queries()), query)));
        tile.loadQueries(body, head, query, count);
        AttentionMask.Rows rows = tile.rows(body, query);
        GradientTiles.Statistics statistics = tile.statistics(body, head, rows);
        barrier(body);
        tile.score(body, firstKey, rows, statistics);
        barrier(body);
        Spread vectors = tile.vectors();
        int stride = tiles.scoreStride();
        Side slopes = new Side(tile.slopes(), vectors.row(), vectors.down(), stride);
        Side weights = new Side(tile.weights(), vectors.row(), vectors.down(), stride);
        RegisterBlock.add(
                body,
                "n",
                tiles.queryTile(),
                new Product(slopes, tile.queries().columns(vectors), keys),
                new Product(weights, tile.outputGradients().columns(vectors), values));
        barrier(body);
    }

    private GpuKernel ofQueries(String name) {
        AttentionTiles tiles = AttentionTiles.of(launch, Use.QUERY_GRADIENT);
        Emitter body = memories.emitter();
        int allHeads = launch.batch() * launch.heads();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, allHeads));
        AttentionPlaces places = AttentionPlaces.of(body, launch, batchHead, launch.heads());
        Value.Variable head = AttentionPlaces.head(body, "head", batchHead, launch.heads());
        Value.Variable keyHead = body.let("keyHead", places.keyHead(head));
        comment(body, "The last queries see the most keys: their groups come first.");
        Value number = minus(integer(tiles.queryTiles() - 1L), divide(GROUP, allHeads));
        Value.Variable first = body.let("first", times(number, tiles.queryTile()));
        GradientTiles tile = new GradientTiles(body, tiles, Use.QUERY_GRADIENT, memories, places);
        Value.Variable count =
                body.let("count", min(integer(tiles.queryTile()), minus(integer(launch.queries()), first)));
        tile.loadQueries(body, head, first, count);
        AttentionMask.Rows rows = tile.rows(body, first);
        GradientTiles.Statistics statistics = tile.statistics(body, head, rows);
        Spread vectors = tile.vectors();
        RegisterBlock queries = RegisterBlock.zeros(body, "queryGradient", vectors.rows(), vectors.columns());
        Value.Variable begin = body.let("keyBegin", tile.mask().oldest(first));
        Value.Variable end = body.let("keyEnd", tile.mask().end(plus(first, count)));
        Side slopes = new Side(
                tile.slopes(), times(vectors.row(), tiles.scoreStride()), vectors.down() * tiles.scoreStride(), 1);
        body.loop("block", begin, end, tiles.keyTile(), (loop, block) -> {
            Value.Variable there = loop.let("there", min(integer(tiles.keyTile()), minus(end, block)));
            tile.loadKeys(loop, keyHead, block, there);
            barrier(loop);
            tile.score(loop, block, rows, statistics);
            barrier(loop);
            RegisterBlock.add(
                    loop, "n", tiles.keyTile(), new Product(slopes, tile.keys().columns(vectors), queries));
            barrier(loop);
        });
        int gradients = GradientTiles.gradients(launch);
        Value.Variable at = body.let("gradientAt", places.query(head, first));
        tile.store(body, gradients, queries, at, places.queryStep(), count, launch.scale());
        return kernel(name, body, allHeads * tiles.queryTiles(), tiles.items());
    }

    private GpuKernel kernel(String name, Emitter body, int groups, int items) {
        return new GpuKernel(name, List.of(), memories.all(), groups, items, body.statements());
    }
}
