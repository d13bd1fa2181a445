package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Node;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names for kernels, after layers and ops. Layers' numbers are left out, so that equal layers share kernels. */
final class LaunchNames {
    private static final Pattern NUMBER = Pattern.compile("\\.\\d+(?=\\.|$)");
    private static final Pattern NOT_ALPHANUMERIC = Pattern.compile("[^A-Za-z0-9]+");
    private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");

    private LaunchNames() {}

    /** Layer path and op of the cluster's first node: {@code layers_attention_norm_rms_norm}. */
    static String of(Cluster cluster) {
        Node head = cluster.head();
        String layer = head.site().layer();
        String path = layer.isEmpty() ? "" : withoutNumbers(layer) + "_";
        String pass = switch (head.site().pass()) {
            case FORWARD, UPDATE -> "";
            case RECOMPUTED -> "_again";
            case BACKWARD -> "_gradient";
        };
        return path + snake(head.op().mnemonic()) + pass;
    }

    private static String withoutNumbers(String path) {
        return snake(
                NOT_ALPHANUMERIC.matcher(NUMBER.matcher(path).replaceAll("")).replaceAll("_"));
    }

    private static String snake(String name) {
        return HUMP.matcher(name).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
    }
}
