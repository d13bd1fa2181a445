package dev.quipu.dsl.text;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.formula.SyntaxRefusal;
import dev.quipu.dsl.op.Op;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;

/**
 * The text form of graphs, exact in both directions: {@code parse(print(graph)).equals(graph)}.
 *
 * <pre>
 * quipu graph 1
 *
 * graph Scaler {
 *     %0 = input(name="x")                 : f32[rows=4, channels=8]  forward at Scaler.java:12
 *     %1 = readState(state="norm.weight")  : f32[channels=8]          forward in norm at Scaler.java:20
 *     %2 = rmsNorm(%0, %1, epsilon=1.0E-5) : f32[rows=4, channels=8], f32[rows=4, one=1]  forward in norm at Scaler.java:20
 *     result y = %2
 * }
 * </pre>
 *
 * <p>A line is one node: its number, op, inputs and attributes, the types of its outputs, and its site (walk, layer, the
 * user's line; {@code recomputed 1} is the first copy of a node that runs again in the backward walk). {@code %2} is a node's first output and {@code %2.1} its second. An attribute that repeats the type or the
 * shape of the node's first output is left out. Functions stand before what calls them. {@code //} starts a comment.
 */
public final class GraphText {
    /** The version that is written and read. */
    public static final int VERSION = 1;

    static final String HEADER = "quipu graph " + VERSION;

    private GraphText() {}

    public static String print(Graph graph) {
        return GraphPrinter.print(graph);
    }

    /** An op with its attributes, as in a line of a graph: {@code rmsNorm(epsilon=1.0E-5)}. Shapes and types are left out. */
    public static String print(Op op) {
        return GraphPrinter.print(op);
    }

    /**
     * Reads a graph; the shape rule of every op is run again.
     *
     * @throws QuipuException with line and column of the first mistake: another version, a syntax error, an unknown op, an
     *     attribute that is missing or does not fit, a type that the shape rule does not give, a node that nothing needs
     */
    public static Graph parse(String text) {
        requireVersion(text);
        SyntaxRefusal refusal = new SyntaxRefusal((line, column) -> "graph text " + line + ":" + column);
        GraphGrammarLexer lexer = new GraphGrammarLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        lexer.addErrorListener(refusal);
        GraphGrammarParser parser = new GraphGrammarParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(refusal);
        return new GraphReader().read(parser.document());
    }

    // before the grammar is tried, which speaks for this version alone
    private static void requireVersion(String text) {
        String first = text.lines().findFirst().orElse("").strip();
        if (!first.equals(HEADER)) {
            throw QuipuException.of(
                    "the first line \"" + HEADER + "\"",
                    "\"" + first + "\"",
                    "graph text 1:1",
                    "this Quipu reads version " + VERSION);
        }
    }
}
