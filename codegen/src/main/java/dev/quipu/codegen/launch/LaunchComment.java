package dev.quipu.codegen.launch;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.text.GraphText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a generated kernel says of itself: the graph nodes that it computes, with their lines of the model, and where it runs. */
public final class LaunchComment {
    private LaunchComment() {}

    /** The first instance's nodes, and where the others are. */
    public static List<String> of(List<BoundLaunch> instances) {
        List<String> lines = new ArrayList<>();
        for (Node node : instances.getFirst().cluster().nodes()) {
            lines.add(line(node));
        }
        List<String> layers = instances.stream()
                .map(instance -> instance.cluster().head().site().layer())
                .distinct()
                .toList();
        String first = layers.getFirst().isEmpty() ? "the model" : layers.getFirst();
        lines.add(
                layers.size() == 1
                        ? "Runs in " + first + "."
                        : "Runs in " + first + " to " + layers.getLast() + ", " + instances.size() + " times.");
        return lines;
    }

    /** {@code rmsNorm(epsilon=1.0E-5) f32[batch=2, sequence=13, channel=48]  layers.0.attentionNorm  Llama.java:63}. */
    private static String line(Node node) {
        String types = node.types().stream().map(Type::toString).collect(Collectors.joining(", "));
        String layer = node.site().layer().isEmpty() ? "" : "  " + node.site().layer();
        return (GraphText.print(node.op()) + " " + types).strip() + layer + "  "
                + node.site().origin();
    }
}
