package dev.quipu.compiler.program;

import dev.quipu.compiler.rewrite.Rewrite;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Reshape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The loss without a buffer of batch x sequence x vocabulary elements. Logits are needed twice, for the loss and for its
 * gradient, and both treat rows one by one:
 *
 * <pre>
 * logits[r] = x[r] W^T     loss[r], dlogits[r] from logits[r] and target[r]     dx[r] = dlogits[r] W     dW = sum of dlogits[r]^T x[r]
 * </pre>
 *
 * <p>So a chunk of rows goes all the way from x to dx and adds its share to dW before the next one begins, and only one chunk's
 * logits exist at a time. Nothing is computed twice. What row-wise ops a model puts between the product and the loss (a bias, a
 * factor, a soft cap) runs in the chunks too. Chunks change the order in which dW is summed, and so its last bits; for a given
 * number of rows these are always the same.
 */
public final class ChunkedLoss {
    private static final long BYTES = 64L << 20;
    private static final int MOST_CHUNKS = 16;
    private static final int MULTIPLE = 64;

    private final Graph graph;
    private final LossRegion region;
    private final Map<Tensor, List<Node>> readers;
    private final Map<Tensor, Tensor> replacements = new HashMap<>();
    private final Map<Node, List<Node>> effects = new HashMap<>();
    /** What the chunks do in the place of the whole: additions to state, and views before them. */
    private final Set<Node> absorbed = new HashSet<>();

    private ChunkedLoss(Graph graph, LossRegion region) {
        this.graph = graph;
        this.region = region;
        this.readers = graph.readers();
    }

    /**
     * A graph with its loss in chunks.
     *
     * @param simple a simplified joint graph, or one that ends with the loss
     * @param rows of a chunk, of which the last may have fewer; with as many as there are, the graph stays as it is
     * @throws QuipuException if rows is below 1, or naming the node that keeps rows from being computed apart
     */
    public static Graph of(Graph simple, int rows) {
        if (rows < 1) {
            throw QuipuException.of("at least 1 row", Integer.toString(rows), "chunk of the loss", "");
        }
        LossRegion region = LossRegion.of(simple)
                .orElseThrow(() -> QuipuException.of(
                        "a cross entropy, or several over logits of one shape, to compute them in chunks",
                        "none, or several over different shapes",
                        simple.name(),
                        ""));
        return of(simple, region, rows);
    }

    private static Graph of(Graph simple, LossRegion region, int rows) {
        return rows >= region.rows() ? simple : new ChunkedLoss(simple, region).chunked(rows);
    }

    /** The graph in chunks of {@link #defaultRows}, or as it is where rows cannot be computed apart. */
    public static Graph of(Graph simple) {
        Optional<LossRegion> region = LossRegion.of(simple);
        if (region.isEmpty()) {
            return simple;
        }
        try {
            return of(
                    simple,
                    region.get(),
                    defaultRows(region.get().rows(), region.get().vocabulary()));
        } catch (QuipuException _) {
            return simple;
        }
    }

    /**
     * Rows of a chunk where nobody says how many. A chunk should be large enough that its products run at full speed and that
     * going over the weight and its gradient once per chunk does not count: 64 MiB of logits, and no more than sixteen chunks.
     * It is a multiple of 64 rows, which fits the tiles of the products, and at most half of all rows, so that even where memory
     * is no concern all logits never exist at once.
     *
     * @param rows of all logits: batch x sequence
     * @param vocabulary columns of the logits
     */
    public static int defaultRows(long rows, int vocabulary) {
        long wanted = Math.max(Math.ceilDiv(rows, MOST_CHUNKS), BYTES / Float.BYTES / vocabulary);
        long half = Math.ceilDiv(rows, 2);
        long most = rounded(half) < rows ? rounded(half) : half;
        return Math.toIntExact(Math.max(1, Math.min(rounded(wanted), most)));
    }

    private static long rounded(long rows) {
        return Math.ceilDiv(rows, MULTIPLE) * MULTIPLE;
    }

    /** First what the region needs and what stands before it, then the chunks, then the rest; else in the old order. */
    private Graph chunked(int rows) {
        List<Node> inside = new ArrayList<>();
        List<Node> later = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (region.nodes().contains(node)) {
                inside.add(node);
            } else if (inside.isEmpty() || region.ancestors().contains(node)) {
                keep(node);
            } else {
                later.add(node);
            }
        }
        List<RowChunk> chunks = new ArrayList<>();
        for (int start = 0; start < region.rows(); start += rows) {
            int count = (int) Math.min(rows, region.rows() - start);
            chunks.add(chunk(inside, start, count));
        }
        inside.forEach(node -> join(node, chunks));
        for (Node node : later) {
            if (!absorbed.contains(node)) {
                keep(node);
            }
        }
        return result();
    }

    private void keep(Node node) {
        List<Tensor> inputs = new ArrayList<>(node.inputs().size());
        for (Tensor input : node.inputs()) {
            inputs.add(replacements.get(input));
        }
        Node kept = Rewrite.keep(node, inputs);
        if (node.types().isEmpty()) {
            effects.put(node, List.of(kept));
        }
        for (int i = 0; i < node.types().size(); i++) {
            replacements.put(node.output(i), kept.output(i));
        }
    }

    private RowChunk chunk(List<Node> inside, int start, int count) {
        RowChunk chunk = new RowChunk(region, replacements, start, count);
        for (Node node : inside) {
            chunk.compute(node);
            Rewrite.outputs(node).stream()
                    .filter(chunk::isSum)
                    .forEach(output -> addShare(output, chunk.value(output)));
        }
        return chunk;
    }

    /** A chunk's share goes into the state at once where all of the sum does; else into a tensor. */
    private void addShare(Tensor sum, Tensor share) {
        Optional<List<Node>> path = pathToState(sum);
        if (path.isEmpty()) {
            Site site = sum.node().site();
            Tensor shaped = Trace.at(site, () -> share.reshape(sum.shape()));
            replacements.merge(sum, shaped, (total, more) -> Trace.at(site, () -> total.plus(more)));
            return;
        }
        absorbed.addAll(path.get());
        for (Node node : path.get()) {
            if (node.op() instanceof AccumulateState) {
                Shape shape = node.inputs().getFirst().shape();
                Tensor shaped = Trace.at(node.site(), () -> share.reshape(shape));
                effects.computeIfAbsent(node, key -> new ArrayList<>())
                        .add(Node.of(node.op(), List.of(shaped), node.site()));
            }
        }
    }

    /** The nodes that add a tensor to state, and the views before them; empty if somebody else reads it. */
    private Optional<List<Node>> pathToState(Tensor tensor) {
        if (graph.results().containsValue(tensor)) {
            return Optional.empty();
        }
        List<Node> path = new ArrayList<>();
        for (Node reader : readers.getOrDefault(tensor, List.of())) {
            path.add(reader);
            Optional<List<Node>> behind = reader.op() instanceof Reshape
                    ? pathToState(reader.output(0))
                    : reader.op() instanceof AccumulateState ? Optional.of(List.of()) : Optional.empty();
            if (behind.isEmpty()) {
                return behind;
            }
            path.addAll(behind.get());
        }
        return Optional.of(path);
    }

    /** What others read of a node of the region is put together from the chunks' rows. */
    private void join(Node node, List<RowChunk> chunks) {
        for (Tensor output : Rewrite.outputs(node)) {
            boolean result = graph.results().containsValue(output);
            boolean read = readers.getOrDefault(output, List.of()).stream()
                    .anyMatch(reader -> !region.nodes().contains(reader));
            if (chunks.getFirst().isSum(output) || !(result || read)) {
                continue;
            }
            if (result && output.shape().elements() == region.rows() * region.vocabulary()) {
                throw QuipuException.of(
                        "logits that nobody needs as a whole, to compute the loss in chunks",
                        "a result of type " + output.type(),
                        node.site().toString(),
                        "");
            }
            Tensor[] parts = chunks.stream().map(chunk -> chunk.value(output)).toArray(Tensor[]::new);
            replacements.put(
                    output, Trace.at(node.site(), () -> Tensor.concat(0, parts).reshape(output.shape())));
        }
    }

    private Graph result() {
        Map<String, Tensor> results = new LinkedHashMap<>();
        graph.results().forEach((name, tensor) -> results.put(name, replacements.get(tensor)));
        return Graph.of(
                graph.name(),
                results,
                graph.effects().stream()
                        .flatMap(effect -> effects.get(effect).stream())
                        .toList());
    }
}
