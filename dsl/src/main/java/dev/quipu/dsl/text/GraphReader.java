package dev.quipu.dsl.text;

import dev.quipu.dsl.Function;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Origin;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.antlr.v4.runtime.Token;

/** Makes a graph of a parse tree. */
final class GraphReader {
    private final Map<String, Function> functions = new LinkedHashMap<>();
    private final AttributeReader attributes = new AttributeReader(this::function);

    record Document(Graph graph, Optional<GraphPlan> plan) {}

    Document read(GraphGrammarParser.DocumentContext document) {
        document.function().forEach(this::define);
        Graph graph = new Block()
                .read(TypeReader.name(document.graph().name()), document.graph().body());
        return new Document(
                graph, Optional.ofNullable(document.plan()).map(plan -> new PlanReader(graph, plan).read()));
    }

    private void define(GraphGrammarParser.FunctionContext context) {
        String label = context.label(0).getText();
        String name = TypeReader.name(context.label(0).name());
        List<Type> parameters = context.type().stream().map(TypeReader::type).toList();
        Optional<Function> backward =
                context.label().size() == 2 ? Optional.of(function(context.label(1))) : Optional.empty();
        Graph body = new Block().read(name, context.body());
        Function function = Mistake.at(context.getStart(), () -> new Function(name, parameters, body, backward));
        if (functions.put(label, function) != null) {
            throw Mistake.of(context.label(0).getStart(), "a label of its own for each function", label + " again");
        }
    }

    private Function function(GraphGrammarParser.LabelContext label) {
        Function function = functions.get(label.getText());
        if (function == null) {
            throw Mistake.of(label.getStart(), AttributeKind.FUNCTION.expected(), label.getText());
        }
        return function;
    }

    /** The nodes between two braces; each block counts its values from zero. */
    private final class Block {
        private final Map<String, Node> nodes = new LinkedHashMap<>();
        private final Map<Node, Token> places = new HashMap<>();

        Graph read(String name, GraphGrammarParser.BodyContext body) {
            body.node().forEach(this::node);
            Map<String, Tensor> results = new LinkedHashMap<>();
            for (GraphGrammarParser.ResultContext result : body.result()) {
                if (results.put(
                                TypeReader.name(result.name()),
                                tensor(result.VALUE().getSymbol()))
                        != null) {
                    throw Mistake.of(
                            result.name().getStart(),
                            "a name of its own for each result",
                            result.name().getText() + " again");
                }
            }
            List<Node> effects = body.effect().stream()
                    .map(effect -> node(effect.VALUE().getSymbol()))
                    .toList();
            Graph graph = Graph.of(name, results, effects);
            requireAllNeeded(graph);
            return graph;
        }

        private void node(GraphGrammarParser.NodeContext context) {
            Token value = context.VALUE().getSymbol();
            String expected = "%" + nodes.size();
            if (!value.getText().equals(expected)) {
                throw Mistake.of(value, expected + ", the next number", value.getText());
            }
            List<Type> types =
                    context.types().type().stream().map(TypeReader::type).toList();
            Op op = attributes.op(context, types);
            List<Tensor> inputs = inputs(context.arguments());
            Site site = site(context.site());
            Node node = Mistake.at(context.name().getStart(), () -> Node.of(op, inputs, site));
            if (!node.types().equals(types)) {
                throw Mistake.of(
                        context.types().getStart(),
                        "the types that " + op.mnemonic() + " gives here, " + node.types(),
                        types.toString());
            }
            nodes.put(value.getText(), node);
            places.put(node, value);
        }

        private List<Tensor> inputs(GraphGrammarParser.ArgumentsContext arguments) {
            return arguments == null
                    ? List.of()
                    : arguments.input().stream()
                            .map(input -> tensor(input.VALUE().getSymbol()))
                            .toList();
        }

        private Node node(Token value) {
            Node node = nodes.get(value.getText());
            if (node == null) {
                throw Mistake.of(value, "a node that stands above", value.getText());
            }
            return node;
        }

        private Tensor tensor(Token value) {
            String text = value.getText();
            int dot = text.indexOf('.');
            Node node = nodes.get(dot < 0 ? text : text.substring(0, dot));
            int index = dot < 0 ? 0 : TypeReader.integer(value, text.substring(dot + 1));
            if (node == null || index >= node.types().size()) {
                throw Mistake.of(value, "an output of a node that stands above", text);
            }
            return node.output(index);
        }

        private void requireAllNeeded(Graph graph) {
            List<Node> idle = new ArrayList<>(nodes.values());
            idle.removeAll(graph.positions().keySet());
            if (!idle.isEmpty()) {
                Token place = places.get(idle.getLast());
                throw Mistake.of(
                        place, "a node that a result or an effect needs", place.getText() + ", which none does");
            }
        }
    }

    private Site site(GraphGrammarParser.SiteContext context) {
        String word = context.pass.getText();
        Site.Pass pass = Arrays.stream(Site.Pass.values())
                .filter(candidate -> candidate.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(
                        () -> Mistake.of(context.pass.getStart(), "forward, recomputed, backward or update", word));
        Origin origin = context.file == null
                ? Origin.UNKNOWN
                : new Origin(TypeReader.name(context.file), TypeReader.integer(context.line, context.line.getText()));
        String layer = context.layer == null ? "" : TypeReader.name(context.layer);
        return new Site(layer, origin, pass, copy(context, pass));
    }

    private static int copy(GraphGrammarParser.SiteContext context, Site.Pass pass) {
        Token written = context.copy == null ? context.pass.getStop() : context.copy;
        int copy = context.copy == null ? 0 : TypeReader.integer(written, written.getText());
        if (pass == Site.Pass.RECOMPUTED ? copy < 1 : context.copy != null) {
            throw Mistake.of(
                    written,
                    pass == Site.Pass.RECOMPUTED ? "recomputed with the number of the copy, from 1" : "no number",
                    written.getText());
        }
        return copy;
    }
}
