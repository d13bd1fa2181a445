package dev.quipu.dsl.text;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A graph and its plan, as {@link GraphText} prints and reads them.
 */
public record PlannedGraph(Graph graph, GraphPlan plan) {
    /**
     * Checks that they belong together.
     *
     * @throws QuipuException if the plan is not one of the graph: see {@link GraphText#parsePlanned}
     */
    public PlannedGraph {
        PlanCheck check = new PlanCheck(graph, plan.arena(), plan.launches().size());
        for (GraphPlan.Launch launch : plan.launches()) {
            check.begin();
            launch.nodes().forEach(check::node);
            launch.stored().forEach(check::stored);
        }
    }

    /**
     * A digest of what the plan decides, in hexadecimal: launch by launch the tensors that are stored, by their names, why
     * they are, the number of the copy, and their slots. Neither the plan's name nor the source's line numbers nor the machine
     * enter it.
     *
     * @return SHA-256, 64 digits
     */
    public String hash() {
        StringBuilder text = new StringBuilder();
        StoredNames names = new StoredNames(graph);
        plan.arena().ifPresent(bytes -> text.append("arena ").append(bytes).append('\n'));
        for (GraphPlan.Launch launch : plan.launches()) {
            text.append(launch.kind()).append('\n');
            for (GraphPlan.Stored stored : launch.stored()) {
                int copy = graph.nodes().get(stored.value().node()).site().copy();
                text.append(names.of(stored.value())).append(' ');
                text.append(PlanPrinter.word(stored.fate())).append(' ').append(copy);
                stored.slot().ifPresent(slot -> {
                    text.append(PlanPrinter.place(slot));
                    slot.over().ifPresent(over -> text.append(" over ").append(names.of(over)));
                });
                text.append('\n');
            }
        }
        return sha256(text.toString());
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java platform has SHA-256", e);
        }
    }
}
