package dev.quipu.dsl.text;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.Token;

/** Reads names, sizes, shapes and types. */
final class TypeReader {
    private TypeReader() {}

    static String name(GraphGrammarParser.NameContext name) {
        return name.STRING() == null ? name.getText() : Words.unquoted(name.getText());
    }

    static int integer(Token place, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw Mistake.of(place, AttributeKind.INT.expected(), text);
        }
    }

    static Type type(GraphGrammarParser.TypeContext type) {
        DType dtype = dtype(type.name().getText())
                .orElseThrow(() -> Mistake.of(
                        type.getStart(),
                        AttributeKind.DTYPE.expected(),
                        type.name().getText()));
        return new Type(dtype, shape(type.shape()));
    }

    static Optional<DType> dtype(String text) {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.toString().equals(text))
                .findFirst();
    }

    static Shape shape(GraphGrammarParser.ShapeContext shape) {
        return new Shape(shape.dim().stream().map(TypeReader::dim).toList());
    }

    private static Dim dim(GraphGrammarParser.DimContext dim) {
        String name = dim.name().stream().map(TypeReader::name).collect(Collectors.joining("*"));
        Token size = dim.NUMBER().getSymbol();
        return Mistake.at(dim.getStart(), () -> new Dim(name, integer(size, size.getText())));
    }
}
