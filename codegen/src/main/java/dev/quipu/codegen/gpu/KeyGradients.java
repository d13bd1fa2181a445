package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.comment;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
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

/** Gradients of keys and values: a group has a tile of keys and walks the queries that see them, of all heads that share them. */
final class KeyGradients {
    private final AttentionLaunch launch;
    private final AttentionTiles tiles;
    private final Emitter body;
    private final AttentionPlaces places;
    private final Value.Variable keyHead;
    private final Value.Variable first;
    private final Value.Variable count;
    private final GradientTiles tile;
    private final RegisterBlock keys;
    private final RegisterBlock values;

    private KeyGradients(AttentionLaunch launch, Memories memories) {
        this.launch = launch;
        this.tiles = AttentionTiles.of(launch, Use.KEY_GRADIENTS);
        this.body = memories.emitter();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, keyHeads()));
        this.places = AttentionPlaces.of(body, launch, batchHead, launch.keyHeads());
        this.keyHead = AttentionPlaces.head(body, "keyHead", batchHead, launch.keyHeads());
        comment(body, "The first keys are seen by the most queries: their groups come first.");
        this.first = body.let("firstKey", times(divide(GROUP, keyHeads()), tiles.keyTile()));
        this.tile = new GradientTiles(body, tiles, Use.KEY_GRADIENTS, memories, places);
        this.count = body.let("keyCount", min(integer(tiles.keyTile()), minus(integer(launch.keys()), first)));
        Spread vectors = tile.vectors();
        this.keys = RegisterBlock.zeros(body, "keyGradient", vectors.rows(), vectors.columns());
        this.values = RegisterBlock.zeros(body, "valueGradient", vectors.rows(), vectors.columns());
    }

    static GpuKernel kernel(String name, AttentionLaunch launch, Memories memories) {
        KeyGradients gradients = new KeyGradients(launch, memories);
        gradients.emit();
        int groups = gradients.keyHeads() * gradients.tiles.keyTiles();
        return new GpuKernel(
                name, List.of(), memories.all(), groups, gradients.tiles.items(), gradients.body.statements());
    }

    private int keyHeads() {
        return launch.batch() * launch.keyHeads();
    }

    private void emit() {
        tile.loadKeys(body, keyHead, first, count);
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
                    loop.when(seen, inner -> add(inner, head, query));
                } else {
                    add(loop, head, query);
                }
            });
        });
        Value.Variable at = body.let("gradientAt", places.key(keyHead, first));
        int gradients = GradientTiles.gradients(launch);
        tile.store(body, gradients + 1, keys, at, places.keyStep(), count, launch.scale());
        tile.store(body, gradients + 2, values, at, places.keyStep(), count, 1);
    }

    /** Adds what a tile of queries gives. */
    private void add(Emitter loop, Value head, Value query) {
        Value.Variable there =
                loop.let("count", min(integer(tiles.queryTile()), minus(integer(launch.queries()), query)));
        tile.loadQueries(loop, head, query, there);
        AttentionMask.Rows rows = tile.rows(loop, query);
        GradientTiles.Statistics statistics = tile.statistics(loop, head, rows);
        barrier(loop);
        tile.score(loop, first, rows, statistics);
        barrier(loop);
        Spread vectors = tile.vectors();
        int stride = tiles.scoreStride();
        Side slopes = new Side(tile.slopes(), vectors.row(), vectors.down(), stride);
        Side weights = new Side(tile.weights(), vectors.row(), vectors.down(), stride);
        RegisterBlock.add(
                loop,
                "n",
                tiles.queryTile(),
                new Product(slopes, tile.queries().columns(vectors), keys),
                new Product(weights, tile.outputGradients().columns(vectors), values));
        barrier(loop);
    }
}
