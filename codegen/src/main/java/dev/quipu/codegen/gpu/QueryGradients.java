package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.comment;
import static dev.quipu.codegen.gpu.GpuForms.divide;
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

/** Gradients of queries: a group has a tile of queries and walks the keys that they see. */
final class QueryGradients {
    private final AttentionLaunch launch;
    private final AttentionTiles tiles;
    private final Emitter body;
    private final AttentionPlaces places;
    private final Value.Variable head;
    private final Value.Variable first;
    private final GradientTiles tile;

    private QueryGradients(AttentionLaunch launch, Memories memories) {
        this.launch = launch;
        this.tiles = AttentionTiles.of(launch, Use.QUERY_GRADIENT);
        this.body = memories.emitter();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, allHeads()));
        this.places = AttentionPlaces.of(body, launch, batchHead, launch.heads());
        this.head = AttentionPlaces.head(body, "head", batchHead, launch.heads());
        comment(body, "The last queries see the most keys: their groups come first.");
        Value number = minus(integer(tiles.queryTiles() - 1L), divide(GROUP, allHeads()));
        this.first = body.let("first", times(number, tiles.queryTile()));
        this.tile = new GradientTiles(body, tiles, Use.QUERY_GRADIENT, memories, places);
    }

    static GpuKernel kernel(String name, AttentionLaunch launch, Memories memories) {
        QueryGradients gradients = new QueryGradients(launch, memories);
        gradients.emit();
        int groups = gradients.allHeads() * gradients.tiles.queryTiles();
        return new GpuKernel(
                name, List.of(), memories.all(), groups, gradients.tiles.items(), gradients.body.statements());
    }

    private int allHeads() {
        return launch.batch() * launch.heads();
    }

    private void emit() {
        Value.Variable keyHead = body.let("keyHead", places.keyHead(head));
        Value.Variable count =
                body.let("count", min(integer(tiles.queryTile()), minus(integer(launch.queries()), first)));
        tile.loadQueries(body, head, first, count);
        AttentionMask.Rows rows = tile.rows(body, first);
        GradientTiles.Statistics statistics = tile.statistics(body, head, rows);
        Spread vectors = tile.vectors();
        RegisterBlock queries = RegisterBlock.zeros(body, "queryGradient", vectors.rows(), vectors.columns());
        Value.Variable begin = body.let("keyBegin", tile.mask().oldest(first));
        Value.Variable end = body.let("keyEnd", tile.mask().end(plus(first, count)));
        int stride = tiles.scoreStride();
        Side slopes = new Side(tile.slopes(), times(vectors.row(), stride), vectors.down() * stride, 1);
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
        Value.Variable at = body.let("gradientAt", places.query(head, first));
        tile.store(body, GradientTiles.gradients(launch), queries, at, places.queryStep(), count, launch.scale());
    }
}
