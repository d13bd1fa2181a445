package dev.quipu.dsl.text;

import dev.quipu.dsl.Function;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.RopeScaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.antlr.v4.runtime.Token;

/** Reads ops with their attributes. */
final class AttributeReader {
    private final java.util.function.Function<GraphGrammarParser.LabelContext, Function> functions;

    AttributeReader(java.util.function.Function<GraphGrammarParser.LabelContext, Function> functions) {
        this.functions = functions;
    }

    /** The op of a node whose outputs are printed with those types. */
    Op op(GraphGrammarParser.NodeContext node, List<Type> types) {
        Token place = node.name().getStart();
        OpForm form = OpForm.ALL.get(node.name().getText());
        if (form == null) {
            throw Mistake.of(
                    place,
                    "one of the ops " + String.join(", ", OpForm.ALL.keySet()),
                    node.name().getText());
        }
        Map<String, GraphGrammarParser.AttributeContext> given = given(node, form);
        List<Object> values = new ArrayList<>();
        for (OpForm.Attribute attribute : form.attributes()) {
            GraphGrammarParser.AttributeContext written = given.get(attribute.name());
            Object value = written == null
                    ? GraphPrinter.implied(attribute.kind(), types)
                    : value(attribute.kind(), written.value());
            if (value == null) {
                throw Mistake.of(
                        place,
                        form.mnemonic() + " with attribute " + attribute.name() + ", "
                                + attribute.kind().expected(),
                        "none");
            }
            values.add(value);
        }
        return Mistake.at(place, () -> form.op(values));
    }

    private static Map<String, GraphGrammarParser.AttributeContext> given(
            GraphGrammarParser.NodeContext node, OpForm form) {
        List<String> known =
                form.attributes().stream().map(OpForm.Attribute::name).toList();
        Map<String, GraphGrammarParser.AttributeContext> given = new LinkedHashMap<>();
        if (node.arguments() == null) {
            return given;
        }
        for (GraphGrammarParser.AttributeContext attribute : node.arguments().attribute()) {
            String name = attribute.name().getText();
            if (!known.contains(name)) {
                throw Mistake.of(
                        attribute.getStart(),
                        known.isEmpty()
                                ? form.mnemonic() + " without attributes"
                                : "attributes " + known + " of " + form.mnemonic(),
                        name);
            }
            if (given.put(name, attribute) != null) {
                throw Mistake.of(attribute.getStart(), "attribute " + name + " once", "it again");
            }
        }
        return given;
    }

    private Object value(AttributeKind kind, GraphGrammarParser.ValueContext value) {
        Optional<?> found = switch (kind) {
            case INT -> number(value, Integer::valueOf);
            case LONG -> number(value, Long::valueOf);
            case FLOAT -> number(value, Float::valueOf);
            case DOUBLE -> number(value, Double::valueOf);
            case BOOLEAN ->
                Optional.of(value.getText())
                        .filter(text -> text.matches("true|false"))
                        .map(Boolean::valueOf);
            case STRING -> quoted(value);
            case INTEGERS -> integers(value);
            case DIM -> shape(value).filter(shape -> shape.rank() == 1).map(Shape::last);
            case SHAPE -> shape(value);
            case TYPE ->
                value instanceof GraphGrammarParser.TypedContext typed
                        ? Optional.of(TypeReader.type(typed.type()))
                        : Optional.empty();
            case DTYPE -> TypeReader.dtype(value.getText());
            case FORMULA -> formula(value);
            case ROPE_SCALING -> scaling(value);
            case FUNCTION ->
                value instanceof GraphGrammarParser.WordContext word
                        ? Optional.of(functions.apply(word.label()))
                        : Optional.empty();
        };
        return found.orElseThrow(() -> Mistake.of(value.getStart(), kind.expected(), value.getText()));
    }

    private static <T> Optional<T> number(
            GraphGrammarParser.ValueContext value, java.util.function.Function<String, T> conversion) {
        try {
            return value instanceof GraphGrammarParser.NumberContext
                    ? Optional.of(conversion.apply(value.getText()))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> quoted(GraphGrammarParser.ValueContext value) {
        return Optional.of(value.getText())
                .filter(text -> text.startsWith("\""))
                .map(Words::unquoted);
    }

    private static Optional<List<Integer>> integers(GraphGrammarParser.ValueContext value) {
        return value instanceof GraphGrammarParser.NumbersContext numbers
                ? Optional.of(numbers.NUMBER().stream()
                        .map(number -> TypeReader.integer(number.getSymbol(), number.getText()))
                        .toList())
                : Optional.empty();
    }

    private static Optional<RopeScaling> scaling(GraphGrammarParser.ValueContext value) {
        if (!(value instanceof GraphGrammarParser.NumbersContext numbers)
                || numbers.NUMBER().size() != 4) {
            return Optional.empty();
        }
        List<Double> parts = numbers.NUMBER().stream()
                .map(number -> Double.valueOf(number.getText()))
                .toList();
        return Optional.of(Mistake.at(
                value.getStart(), () -> new RopeScaling(parts.get(0), parts.get(1), parts.get(2), parts.get(3))));
    }

    private static Optional<Shape> shape(GraphGrammarParser.ValueContext value) {
        return switch (value) {
            case GraphGrammarParser.DimsContext dims -> Optional.of(TypeReader.shape(dims.shape()));
            // "[]" reads as no numbers
            case GraphGrammarParser.NumbersContext none when none.NUMBER().isEmpty() -> Optional.of(Shape.of());
            default -> Optional.empty();
        };
    }

    private static Optional<Formula> formula(GraphGrammarParser.ValueContext value) {
        if (!(value instanceof GraphGrammarParser.FormulaOverContext over)) {
            return quoted(value).map(text -> Mistake.at(value.getStart(), () -> Formula.of(text)));
        }
        List<String> names = over.name().stream().map(TypeReader::name).toList();
        String text = Words.unquoted(over.STRING().getText());
        Expression expression =
                Mistake.at(value.getStart(), () -> Formula.of(text)).expression();
        boolean fits =
                names.containsAll(expression.names()) && Set.copyOf(names).size() == names.size();
        if (!fits) {
            throw Mistake.of(
                    over.name().getFirst().getStart(),
                    "each of the names " + expression.names() + " once",
                    names.toString());
        }
        return Optional.of(new Formula(expression, names));
    }
}
