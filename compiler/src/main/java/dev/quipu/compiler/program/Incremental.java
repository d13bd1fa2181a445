package dev.quipu.compiler.program;

import dev.quipu.compiler.rewrite.Rewrite;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Derives the program that computes a chunk of positions from a forward graph of that length: attention reads and extends a
 * cache of keys and values, RoPE and attention learn where the chunk begins. Every other op must treat positions one by one,
 * which {@link Positions} proves, node by node. Chunks of one are decoding, longer ones prefill. A chunk may be longer than
 * what is left of the text: what it computes past the end is never seen by an earlier position and is overwritten later.
 */
public final class Incremental {
    /** Input i32[batch]: the position of the chunk's first token in each sequence. */
    public static final String POSITION = "position";

    private static final String CACHE = "cache.";

    private final int capacity;
    private final Set<String> caches = new HashSet<>();
    private Tensor positions;

    private Incremental(int capacity) {
        this.capacity = capacity;
    }

    /**
     * The incremental graph.
     *
     * @param forward from tokens to logits, simplified
     * @param capacity positions that the caches hold
     * @throws QuipuException naming the node and line that mixes positions
     */
    public static Graph of(Graph forward, int capacity) {
        check(forward);
        Incremental pass = new Incremental(capacity);
        return Rewrite.replay(forward, pass::rewrite);
    }

    /**
     * Proves that a forward graph treats positions one by one.
     *
     * @throws QuipuException naming the node and line that mixes positions
     */
    public static void check(Graph forward) {
        forward.nodes().forEach(node -> Positions.check(node, "so that text can be continued with a cache"));
    }

    /** Whether a state is a cache of keys or values. */
    public static boolean isCache(String state) {
        return state.startsWith(CACHE);
    }

    private List<Tensor> rewrite(Node node, List<Tensor> inputs) {
        return switch (node.op()) {
            case RopeTable table ->
                Rewrite.outputs(Node.of(
                        new RopeTable(
                                table.theta(), Math.max(table.length(), capacity), table.width(), table.scaling()),
                        List.of(),
                        node.site()));
            case Rope rope -> {
                List<Tensor> placed = new ArrayList<>(inputs);
                placed.add(positions(inputs.getFirst()));
                yield Rewrite.outputs(Node.of(rope, placed, node.site()));
            }
            case Attention attention -> Trace.at(node.site(), () -> attention(attention, node, inputs));
            default -> Rewrite.outputs(Rewrite.keep(node, inputs));
        };
    }

    private List<Tensor> attention(Attention attention, Node node, List<Tensor> inputs) {
        String path = fresh(CACHE
                + (node.site().layer().isEmpty() ? "attention" : node.site().layer()));
        Tensor keys = extend(path + ".keys", inputs.get(1));
        Tensor values = extend(path + ".values", inputs.get(2));
        Op cached = new CachedAttention(attention.window(), attention.scale());
        Tensor out = Tensor.apply(cached, inputs.get(0), keys, values, positions(keys))
                .output(0);
        Type statistic = node.types().get(1);
        // nobody reads the log-sum-exp of a forward graph
        return List.of(out, Tensor.constant(0, statistic.shape().dims().toArray(Dim[]::new)));
    }

    private Tensor extend(String state, Tensor rows) {
        Shape cache = rows.shape().with(1, new Dim("position", capacity));
        Tensor read =
                Tensor.apply(new ReadState(state, rows.type().withShape(cache))).output(0);
        return Tensor.apply(new CacheWrite(state), read, rows, positions(rows)).output(0);
    }

    /** One input for all; an element of the batch is a sequence. */
    private Tensor positions(Tensor rows) {
        if (positions == null) {
            positions = Tensor.input(
                    POSITION, Type.i32(Dim.batch(rows.shape().dim(0).size())));
        }
        return positions;
    }

    private String fresh(String wanted) {
        String name = wanted;
        for (int i = 2; !caches.add(name); i++) {
            name = wanted + i;
        }
        return name;
    }
}
