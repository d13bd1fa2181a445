package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Costs;
import java.util.List;

/**
 * Causal attention in tiles. Tensors are dense: queries [batch, queries, heads, headSize], keys and values
 * [batch, keys, keyHeads, headSize], log-sum-exp [batch, heads, queries].
 *
 * @param kind FORWARD: buffers q, k, v, out, and log-sum-exp where a backward reads it. BACKWARD: q, k, v, out, log-sum-exp,
 *     d out, d q, d k, d v. CACHED: q, k, v, positions i32[batch], out; query t of a sequence sees keys 0 to its position + t
 * @param window how many keys a query sees, itself included; 0 for all
 * @param starts whether queries have first keys of their own: the last buffer that is read is i32[batch, queries], the place
 *     at which each query's document begins, which never falls along the queries
 */
public record AttentionLaunch(
        Kind kind,
        int batch,
        int queries,
        int keys,
        int heads,
        int keyHeads,
        int headSize,
        int window,
        boolean starts,
        float scale,
        List<Buffer> buffers)
        implements Launch {
    /** Which of the attention kernels. */
    public enum Kind {
        FORWARD,
        BACKWARD,
        CACHED
    }

    public AttentionLaunch {
        buffers = List.copyOf(buffers);
        if (starts && kind == Kind.CACHED) {
            throw new AssertionError("a cache holds one document");
        }
    }

    /**
     * Pairs of a query and a key that it sees, in one head of one sequence. A cache is counted as full, and the documents of a
     * row as one.
     */
    public long visiblePairs() {
        int before = kind == Kind.CACHED ? Math.max(0, keys - queries) : 0;
        return Costs.visiblePairs(queries, window, before);
    }
}
