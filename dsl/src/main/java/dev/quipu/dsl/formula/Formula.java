package dev.quipu.dsl.formula;

import dev.quipu.dsl.QuipuException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;

/**
 * A scalar expression with its inputs in order: the names bind to tensors in the order in which they first appear, so that
 * {@code "silu(gate) * up"} takes gate, then up.
 *
 * @param names distinct, at least those that the expression uses
 */
public record Formula(Expression expression, List<String> names) {
    /** What has been parsed: every layer asks for the same few, and a backward rule for each node's. */
    private static final Map<String, Formula> PARSED = new ConcurrentHashMap<>();

    public Formula {
        names = List.copyOf(names);
        if (!names.containsAll(expression.names())) {
            throw new AssertionError("formula uses " + expression.names() + " but declares " + names);
        }
    }

    /** A formula whose names stand in the order of their first appearance. */
    public Formula(Expression expression) {
        this(expression, List.copyOf(expression.names()));
    }

    /**
     * Parses a formula: {@code + - * /}, unary minus, parentheses, decimal numbers, {@code infinity} and {@code nan}, names, the functions of
     * {@link Primitive}, {@code min(a, b)}, {@code max(a, b)} and {@code select(a < b, then, otherwise)}.
     *
     * @throws QuipuException with the column of the first mistake
     */
    public static Formula of(String text) {
        return PARSED.computeIfAbsent(text, Formula::parse);
    }

    private static Formula parse(String text) {
        SyntaxRefusal refuse = new SyntaxRefusal((line, column) -> "formula \"" + text + "\", column " + column);
        FormulaGrammarLexer lexer = new FormulaGrammarLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        lexer.addErrorListener(refuse);
        FormulaGrammarParser parser = new FormulaGrammarParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(refuse);
        return new Formula(new FormulaReader(text).visit(parser.formula().expression()));
    }

    /** By hand, as in {@link Expression.Literal}. */
    @Override
    public boolean equals(Object object) {
        return this == object
                || (object instanceof Formula other
                        && names.equals(other.names)
                        && expression.equals(other.expression));
    }

    /** Cheap, since equal nodes are looked for among those with the same inputs: the names alone. */
    @Override
    public int hashCode() {
        return names.hashCode();
    }

    /** The value in double precision, inputs in the order of {@link #names}. */
    public double evaluate(double... inputs) {
        Map<String, Double> values = new HashMap<>();
        for (int i = 0; i < inputs.length; i++) {
            values.put(names.get(i), inputs[i]);
        }
        return expression.evaluate(values);
    }

    @Override
    public String toString() {
        return expression.text();
    }
}
