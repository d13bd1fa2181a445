package dev.quipu.runtime.view;

import dev.quipu.compiler.cluster.Costs;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A graph as text for people: a node a line, repeated blocks once. Numbers are those of the whole graph, so the numbers of
 * folded nodes are left out. For text that a program reads there is {@link dev.quipu.dsl.text.GraphText}.
 */
public final class GraphView {
    private final Graph graph;
    private final Folding folding;
    private final Map<Node, Integer> positions;

    private GraphView(Graph graph) {
        this.graph = graph;
        this.folding = Folding.of(graph);
        this.positions = graph.positions();
    }

    /** The graph's nodes, then its results and totals. */
    public static String text(Graph graph) {
        return new GraphView(graph).text();
    }

    private String text() {
        TextTable table = new TextTable("llllrl");
        Sections sections = new Sections(table);
        long flops = 0;
        for (Node node : graph.nodes()) {
            long own = Costs.flops(node);
            flops += own;
            if (folding.isShown(node)) {
                String pass = node.site().pass().name().toLowerCase(Locale.ROOT);
                sections.enter(pass, folding.heading(node));
                table.row(
                        "  %" + positions.get(node),
                        folding.layer(node),
                        call(node),
                        node.types().stream().map(Type::toString).collect(Collectors.joining(", ")),
                        own == 0 ? "" : Quantity.flops(own),
                        node.site().origin());
            }
        }
        StringBuilder text = new StringBuilder(table.text());
        graph.results()
                .forEach((name, tensor) -> text.append("result ")
                        .append(name)
                        .append(" = ")
                        .append(value(tensor))
                        .append('\n'));
        return text.append(graph.nodes().size())
                .append(" nodes, ")
                .append(Quantity.flops(flops))
                .append('\n')
                .toString();
    }

    private String call(Node node) {
        String inputs = node.inputs().stream().map(this::value).collect(Collectors.joining(", "));
        return switch (node.op()) {
            case ReadState read -> "read " + read.state();
            case WriteState write -> "write " + write.state() + " = " + inputs;
            case Input input -> "input " + input.name();
            case Pointwise pointwise -> "\"" + pointwise.formula() + "\"(" + inputs + ")";
            case Call call -> call.function().name() + "(" + inputs + ")";
            default -> node.op().mnemonic() + "(" + inputs + ")";
        };
    }

    private String value(Tensor tensor) {
        return "%" + positions.get(tensor.node()) + (tensor.index() == 0 ? "" : "." + tensor.index());
    }
}
