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
 *
 * <p>Behind a graph may stand the plan by which it runs, its launches in order and what each of them stores:
 *
 * <pre>
 * plan paper arena 1024 {
 *     launch 0 rows(%2)
 *         %2    saved   at 0 for 192 until 7    // norm.rmsNorm
 *         %2.1  passing at 192 for 128 until 1  // norm.rmsNorm.output1
 *     launch 1 rows(%3, %4)
 *         %4    passing at 192 for 128 until 2 over %2.1
 * }
 * </pre>
 *
 * <p>A tensor is saved for the backward pass, recomputed in it, or passing from launch to launch. Its slot begins at a byte of
 * the arena, is so many bytes long, and is needed until the last launch that reads it; it may take over the memory of a tensor
 * that its own launch is the last to read. Without an arena, no slots are assigned yet.
 */
public final class GraphText {
    /** The version that is written and read. */
    public static final int VERSION = 1;

    static final String HEADER = "quipu graph " + VERSION;

    private GraphText() {}

    public static String print(Graph graph) {
        return GraphPrinter.print(graph);
    }

    /** A graph, and behind it its plan. */
    public static String print(PlannedGraph graph) {
        return GraphPrinter.print(graph.graph()) + "\n" + PlanPrinter.print(graph);
    }

    /** An op with its attributes, as in a line of a graph: {@code rmsNorm(epsilon=1.0E-5)}. Shapes and types are left out. */
    public static String print(Op op) {
        return GraphPrinter.print(op);
    }

    /**
     * Reads a graph; the shape rule of every op is run again. A plan behind it is checked and left out.
     *
     * @throws QuipuException with line and column of the first mistake: another version, a syntax error, an unknown op, an
     *     attribute that is missing or does not fit, a type that the shape rule does not give, a node that nothing needs
     */
    public static Graph parse(String text) {
        return new GraphReader().read(document(text)).graph();
    }

    /**
     * Reads a graph and its plan.
     *
     * @throws QuipuException with line and column of the first mistake: those of {@link #parse}, a plan that is missing, a node
     *     in two launches, a tensor that its launch does not make or that stands there twice, one said to be recomputed that is
     *     not, a slot outside the arena or over memory that another tensor still needs
     */
    public static PlannedGraph parsePlanned(String text) {
        GraphGrammarParser.DocumentContext document = document(text);
        GraphReader.Document read = new GraphReader().read(document);
        GraphPlan plan =
                read.plan().orElseThrow(() -> Mistake.of(document.getStop(), "a plan behind the graph", "none"));
        return new PlannedGraph(read.graph(), plan);
    }

    private static GraphGrammarParser.DocumentContext document(String text) {
        requireVersion(text);
        SyntaxRefusal refusal = new SyntaxRefusal((line, column) -> "graph text " + line + ":" + column);
        GraphGrammarLexer lexer = new GraphGrammarLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        lexer.addErrorListener(refusal);
        GraphGrammarParser parser = new GraphGrammarParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(refusal);
        return parser.document();
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
