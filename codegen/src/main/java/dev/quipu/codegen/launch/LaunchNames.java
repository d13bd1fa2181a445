package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.RopeTable;
import java.util.Locale;

/** Names for kernels and values, after layers and ops. Layers' numbers are left out, so that equal layers share kernels. */
final class LaunchNames {
    private LaunchNames() {}

    /** Layer path and op of the cluster's first node: {@code layers_attention_norm_rms_norm}. */
    static String of(Cluster cluster) {
        Node head = cluster.head();
        String layer = head.site().layer();
        String path = layer.isEmpty() ? "" : withoutNumbers(layer) + "_";
        String pass = head.site().pass() == Site.Pass.BACKWARD ? "_gradient" : "";
        return path + snake(head.op().mnemonic()) + pass;
    }

    /** What a value is called inside a kernel. */
    static String ofValue(Tensor tensor) {
        Node node = tensor.node();
        return switch (node.op()) {
            case ReadState read -> lastWords(read.state());
            case Input input -> snake(input.name());
            case RopeTable table -> "angles";
            default -> {
                String layer = node.site().layer();
                String prefix = layer.isEmpty() ? "" : lastWords(layer) + "_";
                yield prefix + snake(node.op().mnemonic());
            }
        };
    }

    private static String lastWords(String path) {
        String[] words = withoutNumbers(path).split("_(?=[^_]+(_[^_]+)?$)", 2);
        return words[words.length - 1];
    }

    private static String withoutNumbers(String path) {
        return snake(path.replaceAll("\\.\\d+(?=\\.|$)", "").replaceAll("[^A-Za-z0-9]+", "_"));
    }

    private static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
