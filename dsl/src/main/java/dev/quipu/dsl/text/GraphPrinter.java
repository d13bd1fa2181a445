package dev.quipu.dsl.text;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Function;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Origin;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.RopeScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Writes the text form that {@link GraphText} describes. */
final class GraphPrinter {
    // longer cells stick out of their column, so that one long line does not widen all
    private static final int WIDEST_OPERATION = 60;
    private static final int WIDEST_TYPES = 56;

    private final FunctionLabels functions;
    private final StringBuilder out = new StringBuilder(GraphText.HEADER + "\n");

    private GraphPrinter(FunctionLabels functions) {
        this.functions = functions;
    }

    static String print(Graph graph) {
        FunctionLabels functions = new FunctionLabels(graph);
        GraphPrinter printer = new GraphPrinter(functions);
        functions.inOrder().keySet().forEach(printer::function);
        printer.block("graph " + Words.name(graph.name()), graph);
        return printer.out.toString();
    }

    static String print(Op op) {
        GraphPrinter printer = new GraphPrinter(new FunctionLabels(Graph.of(op.mnemonic(), Map.of(), List.of())));
        return OpForm.of(op).attributes().stream()
                .filter(attribute -> switch (attribute.kind()) {
                    case TYPE, SHAPE, FUNCTION -> false;
                    case ROPE_SCALING -> !attribute.of(op).equals(RopeScaling.NONE);
                    case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, INTEGERS, DIM, DTYPE, FORMULA -> true;
                })
                .map(attribute -> attribute.name() + "=" + printer.text(attribute.of(op)))
                .collect(Collectors.joining(", ", op.mnemonic() + "(", ")"));
    }

    private void function(Function function) {
        String parameters =
                function.parameterTypes().stream().map(Type::toString).collect(Collectors.joining(", "));
        String backward = function.backward()
                .map(rule -> " backward " + functions.of(rule))
                .orElse("");
        block("function " + functions.of(function) + "(" + parameters + ")" + backward, function.body());
    }

    private record Line(String value, String operation, String types, String site) {}

    private void block(String head, Graph graph) {
        Map<Node, Integer> positions = graph.positions();
        List<Line> lines = graph.nodes().stream()
                .map(node -> new Line(
                        "%" + positions.get(node), operation(node, positions), types(node.types()), site(node.site())))
                .toList();
        int valueWidth = width(lines, line -> line.value().length(), Integer.MAX_VALUE);
        int operationWidth = width(lines, line -> line.operation().length(), WIDEST_OPERATION);
        int typesWidth = width(lines, line -> line.types().length(), WIDEST_TYPES);
        out.append("\n").append(head).append(" {\n");
        for (Line line : lines) {
            out.append("    ").append(padded(line.value(), valueWidth)).append(" = ");
            out.append(padded(line.operation(), operationWidth)).append(" : ");
            out.append(padded(line.types(), typesWidth)).append("  ");
            out.append(line.site()).append("\n");
        }
        graph.results()
                .forEach((name, tensor) -> out.append("    result ")
                        .append(Words.name(name))
                        .append(" = ")
                        .append(value(tensor, positions))
                        .append("\n"));
        graph.effects()
                .forEach(node ->
                        out.append("    effect %").append(positions.get(node)).append("\n"));
        out.append("}\n");
    }

    private String operation(Node node, Map<Node, Integer> positions) {
        List<String> arguments = new ArrayList<>();
        node.inputs().forEach(input -> arguments.add(value(input, positions)));
        for (OpForm.Attribute attribute : OpForm.of(node.op()).attributes()) {
            Object value = attribute.of(node.op());
            if (!value.equals(implied(attribute.kind(), node.types()))) {
                arguments.add(attribute.name() + "=" + text(value));
            }
        }
        return node.op().mnemonic() + "(" + String.join(", ", arguments) + ")";
    }

    /** What an attribute is when it is left out; null when it may not be. */
    static Object implied(AttributeKind kind, List<Type> types) {
        if (types.isEmpty()) {
            return null;
        }
        return switch (kind) {
            case TYPE -> types.getFirst();
            case SHAPE -> types.getFirst().shape();
            case ROPE_SCALING -> RopeScaling.NONE;
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, INTEGERS, DIM, DTYPE, FORMULA, FUNCTION -> null;
        };
    }

    private String text(Object value) {
        return switch (value) {
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            case String string -> Words.quoted(string);
            case List<?> integers -> integers.toString();
            case Dim dim -> Shape.of(dim).toString();
            case Shape shape -> shape.toString();
            case Type type -> type.toString();
            case DType dtype -> dtype.toString();
            case Formula formula -> formula(formula);
            case RopeScaling scaling ->
                List.of(scaling.factor(), scaling.lowFrequency(), scaling.highFrequency(), scaling.originalLength())
                        .toString();
            case Function function -> functions.of(function);
            default -> throw new AssertionError("attribute " + value.getClass());
        };
    }

    private static String formula(Formula formula) {
        boolean inOrder = formula.equals(new Formula(formula.expression()));
        return Words.quoted(formula.toString()) + (inOrder ? "" : " over (" + String.join(", ", formula.names()) + ")");
    }

    private static String value(Tensor tensor, Map<Node, Integer> positions) {
        return "%" + positions.get(tensor.node()) + (tensor.index() == 0 ? "" : "." + tensor.index());
    }

    private static String types(List<Type> types) {
        return types.isEmpty() ? "none" : types.stream().map(Type::toString).collect(Collectors.joining(", "));
    }

    private static String site(Site site) {
        String layer = site.layer().isEmpty() ? "" : " in " + Words.name(site.layer());
        Origin origin = site.origin();
        String line = origin.equals(Origin.UNKNOWN) ? "" : " at " + Words.name(origin.file()) + ":" + origin.line();
        String copy = site.copy() == 0 ? "" : " " + site.copy();
        return site.pass().name().toLowerCase(Locale.ROOT) + copy + layer + line;
    }

    private static int width(List<Line> lines, ToIntFunction<Line> length, int widest) {
        return lines.stream().mapToInt(length).filter(l -> l <= widest).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
