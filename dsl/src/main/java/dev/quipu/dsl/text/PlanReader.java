package dev.quipu.dsl.text;

import dev.quipu.dsl.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.antlr.v4.runtime.Token;

/** Makes a plan of its parse tree. */
final class PlanReader {
    private final GraphGrammarParser.PlanContext context;
    private final OptionalLong arena;
    private final PlanCheck check;

    PlanReader(Graph graph, GraphGrammarParser.PlanContext context) {
        this.context = context;
        this.arena = context.arena == null ? OptionalLong.empty() : OptionalLong.of(arena(context.arena));
        this.check = new PlanCheck(graph, arena, context.launch().size());
    }

    GraphPlan read() {
        List<GraphPlan.Launch> launches = new ArrayList<>();
        for (GraphGrammarParser.LaunchContext launch : context.launch()) {
            launches.add(launch(launch, launches.size()));
        }
        return new GraphPlan(TypeReader.name(context.name()), arena, launches);
    }

    private static long arena(Token number) {
        long bytes = bytes(number);
        if (bytes < 0) {
            throw Mistake.of(number, "an arena of at least 0 bytes", number.getText());
        }
        return bytes;
    }

    private GraphPlan.Launch launch(GraphGrammarParser.LaunchContext launch, int number) {
        Token written = launch.NUMBER().getSymbol();
        if (!written.getText().equals(Integer.toString(number))) {
            throw Mistake.of(written, "launch " + number + ", the next number", written.getText());
        }
        check.begin();
        List<Integer> nodes =
                launch.VALUE().stream().map(node -> node(node.getSymbol())).toList();
        List<GraphPlan.Stored> stored =
                launch.stored().stream().map(this::stored).toList();
        return new GraphPlan.Launch(TypeReader.name(launch.name()), nodes, stored);
    }

    private int node(Token token) {
        GraphPlan.Value value = value(token);
        if (token.getText().indexOf('.') >= 0) {
            throw Mistake.of(token, "a node", token.getText() + ", an output");
        }
        return Mistake.at(token, () -> {
            check.node(value.node());
            return value.node();
        });
    }

    private GraphPlan.Stored stored(GraphGrammarParser.StoredContext context) {
        Token token = context.VALUE().getSymbol();
        GraphPlan.Value value = value(token);
        GraphPlan.Fate fate = GraphPlan.Fate.valueOf(context.fate().getText().toUpperCase(Locale.ROOT));
        Optional<GraphPlan.Slot> slot = Optional.ofNullable(context.slot()).map(PlanReader::slot);
        return Mistake.at(token, () -> {
            GraphPlan.Stored stored = new GraphPlan.Stored(value, fate, slot);
            check.stored(stored);
            return stored;
        });
    }

    private static GraphPlan.Slot slot(GraphGrammarParser.SlotContext slot) {
        long offset = bytes(slot.offset);
        long bytes = bytes(slot.bytes);
        int until = TypeReader.integer(slot.until, slot.until.getText());
        Optional<GraphPlan.Value> over = Optional.ofNullable(slot.VALUE()).map(value -> value(value.getSymbol()));
        return Mistake.at(slot.getStart(), () -> new GraphPlan.Slot(offset, bytes, until, over));
    }

    private static GraphPlan.Value value(Token token) {
        String text = token.getText();
        int dot = text.indexOf('.');
        int node = TypeReader.integer(token, text.substring(1, dot < 0 ? text.length() : dot));
        return new GraphPlan.Value(node, dot < 0 ? 0 : TypeReader.integer(token, text.substring(dot + 1)));
    }

    private static long bytes(Token number) {
        try {
            return Long.parseLong(number.getText());
        } catch (NumberFormatException e) {
            throw Mistake.of(number, AttributeKind.LONG.expected(), number.getText());
        }
    }
}
