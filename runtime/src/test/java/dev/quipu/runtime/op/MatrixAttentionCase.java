package dev.quipu.runtime.op;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Cast;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Attention over bf16, forward and backward, with values for all that it reads.
 *
 * @param document length of documents; 0 for one a row
 */
record MatrixAttentionCase(int batch, int length, int heads, int groups, int size, int window, int document) {
    private String queries() {
        return "batch=" + batch + " sequence=" + length + " head=" + heads + " size=" + size;
    }

    private String keys() {
        return "batch=" + batch + " sequence=" + length + " group=" + groups + " size=" + size;
    }

    float scale() {
        return (float) (1 / Math.sqrt(size));
    }

    /** Results {@code 0} and {@code 1}: output and log-sum-exp. */
    Example forward() {
        Map<String, Array> inputs = new LinkedHashMap<>();
        List<Tensor> read = vectors(inputs);
        read.addAll(starts(inputs));
        return example(Tensor.apply(new Attention(window, scale()), read.toArray(Tensor[]::new)), inputs);
    }

    /** Results {@code 0} to {@code 2}: gradients of queries, keys and values. */
    Example backward() {
        Map<String, Array> forward = forward().interpret().results();
        Map<String, Array> inputs = new LinkedHashMap<>();
        List<Tensor> read = vectors(inputs);
        read.add(rounded("out", forward.get("0"), inputs));
        Array statistic = forward.get("1");
        inputs.put("lse", statistic);
        read.add(Tensor.input("lse", statistic.type()));
        read.add(rounded("gradient", leaf("gradient", queries()), inputs));
        read.addAll(starts(inputs));
        return example(Tensor.apply(new AttentionBackward(window, scale()), read.toArray(Tensor[]::new)), inputs);
    }

    private static Example example(Node node, Map<String, Array> inputs) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (int i = 0; i < node.types().size(); i++) {
            results.put(Integer.toString(i), node.output(i));
        }
        return new Example(Graph.of("row", results, List.of()), inputs, Map.of());
    }

    private List<Tensor> vectors(Map<String, Array> inputs) {
        List<Tensor> read = new ArrayList<>();
        read.add(rounded("q", leaf("q", queries()), inputs));
        read.add(rounded("k", leaf("k", keys()), inputs));
        read.add(rounded("v", leaf("v", keys()), inputs));
        return read;
    }

    private List<Tensor> starts(Map<String, Array> inputs) {
        if (document == 0) {
            return List.of();
        }
        Values starts = (place, random) -> place % length / document * document;
        Leaf leaf = new Leaf("starts", Leaf.type("i32 batch=" + batch + " sequence=" + length), starts, false);
        inputs.put("starts", leaf.array("starts"));
        return List.of(leaf.tensor());
    }

    private static Array leaf(String name, String type) {
        return new Leaf(name, Leaf.type(type), Values.normal(1), false).array(name);
    }

    /** An input whose numbers are bf16's, cast to it. */
    private static Tensor rounded(String name, Array array, Map<String, Array> inputs) {
        inputs.put(name, Array.of(array.type(), place -> BFloat16.round((float) array.get(place))));
        return Tensor.apply(new Cast(DType.BF16), Tensor.input(name, array.type()))
                .output(0);
    }

    /** The kernels of a graph. */
    static String source(Example example, GpuTarget target) {
        StateLayout stateless = name -> {
            throw new AssertionError(name);
        };
        return TornadoProgram.of("row", Programs.of(example.graph()), stateless, Products.GENERATED, target)
                .sources()
                .getFirst()
                .text();
    }
}
