package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.AttentionLaunch;

/** Attention on the JVM: register tiles over packed panels, with the softmax between them. */
final class AttentionLowering {
    private AttentionLowering() {}

    /** @param lanes floats of a vector: 16, 8 or 4 */
    static Kernel lower(String name, AttentionLaunch launch, int lanes) {
        AttentionGeometry geometry = AttentionGeometry.of(launch, new TileLibrary(lanes));
        return switch (launch.kind()) {
            case FORWARD -> new ForwardAttention(geometry).kernel(name);
            case BACKWARD -> new BackwardAttention(geometry).kernel(name);
            case CACHED ->
                launch.queries() == 1
                        ? new DecodeAttention(geometry).kernel(name)
                        : new ForwardAttention(geometry).kernel(name);
        };
    }

    /**
     * How many tiles of scores a kernel visits, over all heads: of a vector of keys and a group of queries each, those
     * where some query sees some key. Attention for one query per head has no tiles.
     *
     * @param position place of the first query among the keys; 0 but for cached attention
     */
    static long visitedTiles(AttentionLaunch launch, int lanes, int position) {
        return AttentionGeometry.of(launch, new TileLibrary(lanes)).visitedTiles(position);
    }
}
