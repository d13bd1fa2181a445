package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.assign;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.element;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.AttentionTiles.Use;
import dev.quipu.codegen.gpu.GpuLowering.Lowered;
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

    private AttentionGradients(AttentionLaunch launch, Memories memories) {
        this.launch = launch;
        this.memories = memories;
    }

    static Lowered lower(String name, AttentionLaunch launch, GpuTarget target) {
        Memories memories = GradientTiles.memories(launch);
        long deltas = GradientTiles.deltas(launch);
        if (target.matrixUnits() && MatrixTiles.suits(launch)) {
            Memories more = memories.withScratch("room");
            MatrixTiles keys = MatrixTiles.of(launch, Use.KEY_GRADIENTS);
            MatrixTiles queries = MatrixTiles.of(launch, Use.QUERY_GRADIENT);
            return new Lowered(
                    List.of(
                            new AttentionGradients(launch, more).delta(name),
                            MatrixGradients.kernel(keysOf(name), keys, more),
                            MatrixGradients.kernel(queriesOf(name), queries, more)),
                    List.of(deltas, Math.max(keys.scratch(), queries.scratch())));
        }
        return new Lowered(
                List.of(
                        new AttentionGradients(launch, memories).delta(name),
                        KeyGradients.kernel(keysOf(name), launch, memories),
                        QueryGradients.kernel(queriesOf(name), launch, memories)),
                List.of(deltas));
    }

    private static String keysOf(String name) {
        return name + "_keys";
    }

    private static String queriesOf(String name) {
        return name + "_queries";
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
        return new GpuKernel(
                name, List.of(), memories.all(), Math.ceilDiv(queries, rows), ITEMS_OF_DELTA, body.statements());
    }
}
