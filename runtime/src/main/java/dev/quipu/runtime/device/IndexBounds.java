package dev.quipu.runtime.device;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.EmbeddingBackward;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.Rope;
import dev.quipu.runtime.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which integers a program may be given: ids below the rows of the tables that they index, targets below the number of
 * logits, positions of at least 0, starts of documents that do not fall along a row. Found from the graph, and checked before every run, because kernels trust their inputs.
 */
public final class IndexBounds {
    /** What an input feeds: {@code least <= value < limit}. */
    private record Bound(Type type, int least, int limit) {
        Bound and(Bound other) {
            return new Bound(type, Math.max(least, other.least), Math.min(limit, other.limit));
        }

        @Override
        public String toString() {
            String from = least == Integer.MIN_VALUE ? "negative, or from 0" : "from " + least;
            return limit == Integer.MAX_VALUE ? "integers " + from : "integers " + from + " to " + (limit - 1);
        }
    }

    private record Checked(String input, Buffer buffer, Bound bound) {}

    /** Where documents begin in rows of a length: no later than at the token itself, and from token to token never earlier. */
    private record Starts(String input, Buffer buffer, Type type) {}

    /** Short, so that the JIT, which counts calls, sees many of them in the first step. */
    private static final int STRETCH = 32;

    private final List<Checked> checks = new ArrayList<>();
    private final List<Starts> starts = new ArrayList<>();

    /**
     * @param buffers of the program that the graph became
     */
    public IndexBounds(Graph graph, ProgramBuffers buffers) {
        Map<String, Bound> bounds = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            List<Tensor> inputs = node.inputs();
            switch (node.op()) {
                case Embedding op ->
                    bound(bounds, inputs.get(1), 0, inputs.get(0).shape().size(0));
                case EmbeddingBackward op ->
                    bound(bounds, inputs.get(0), 0, op.rows().size());
                case CrossEntropy op ->
                    bound(
                            bounds,
                            inputs.get(1),
                            Integer.MIN_VALUE,
                            inputs.get(0).shape().last().size());
                case CrossEntropyBackward op ->
                    bound(
                            bounds,
                            inputs.get(1),
                            Integer.MIN_VALUE,
                            inputs.get(0).shape().last().size());
                case Rope op when inputs.size() == 3 -> bound(bounds, inputs.get(2), 0, Integer.MAX_VALUE);
                case CacheWrite op -> bound(bounds, inputs.get(2), 0, Integer.MAX_VALUE);
                case CachedAttention op -> bound(bounds, inputs.get(3), 0, Integer.MAX_VALUE);
                case Attention op when inputs.size() == 4 -> starts(inputs.get(3), buffers);
                case AttentionBackward op when inputs.size() == 7 -> starts(inputs.get(6), buffers);
                default -> {}
            }
        }
        bounds.forEach((name, bound) -> checks.add(new Checked(name, buffers.input(name), bound)));
    }

    private void starts(Tensor tensor, ProgramBuffers buffers) {
        if (tensor.node().op() instanceof Input input
                && starts.stream().noneMatch(known -> known.input.equals(input.name()))) {
            starts.add(new Starts(input.name(), buffers.input(input.name()), input.type()));
        }
    }

    /** Bounds the inputs whose integers reach a tensor: through ops that move integers about. */
    private static void bound(Map<String, Bound> bounds, Tensor tensor, int least, int limit) {
        if (tensor.node().op() instanceof Input input) {
            bounds.merge(input.name(), new Bound(input.type(), least, limit), Bound::and);
        }
        for (Tensor source : tensor.node().inputs()) {
            if (source.type().dtype() == DType.I32) {
                bound(bounds, source, least, limit);
            }
        }
    }

    /**
     * Checks the inputs as they are now.
     *
     * @throws QuipuException that names the input, the first integer that is out of bounds, and its place
     */
    public void check() {
        for (int i = 0; i < checks.size(); i++) {
            Checked checked = checks.get(i);
            long length = checked.buffer.length();
            for (long from = 0; from < length; from += STRETCH) {
                long place = firstOutside(checked.buffer, from, Math.min(length, from + STRETCH), checked.bound);
                if (place >= 0) {
                    throw refused(checked, place);
                }
            }
        }
        for (int i = 0; i < starts.size(); i++) {
            check(starts.get(i));
        }
    }

    /** The place of the first value of a stretch that is out of bounds, or -1. */
    private static long firstOutside(Buffer buffer, long from, long to, Bound bound) {
        for (long place = from; place < to; place++) {
            int value = buffer.getInt(place);
            if (value < bound.least || value >= bound.limit) {
                return place;
            }
        }
        return -1;
    }

    private static QuipuException refused(Checked checked, long place) {
        return QuipuException.of(
                checked.bound.toString(),
                Integer.toString(checked.buffer.getInt(place)),
                "input " + checked.input + " at " + index(checked.bound.type, place),
                checked.bound.limit == Integer.MAX_VALUE ? "" : "are the tokens of this model's tokenizer?");
    }

    private static void check(Starts starts) {
        int length = starts.type.shape().last().size();
        int before = 0;
        for (long place = 0; place < starts.buffer.length(); place++) {
            int column = (int) (place % length);
            before = column == 0 ? 0 : before;
            int value = starts.buffer.getInt(place);
            if (value < before || value > column) {
                throw QuipuException.of(
                        "a document that begins from " + before + " to " + column,
                        Integer.toString(value),
                        "input " + starts.input + " at " + index(starts.type, place),
                        "");
            }
            before = value;
        }
    }

    private static String index(Type type, long place) {
        List<String> index = new ArrayList<>();
        long[] strides = type.shape().strides();
        long rest = place;
        for (int axis = 0; axis < strides.length; axis++) {
            index.add(type.shape().dim(axis).name() + "=" + rest / strides[axis]);
            rest %= strides[axis];
        }
        return String.join(", ", index);
    }
}
