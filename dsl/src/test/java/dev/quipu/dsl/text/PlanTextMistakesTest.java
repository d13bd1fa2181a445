package dev.quipu.dsl.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTextMistakesTest {
    private static final String GRAPH = """
        quipu graph 1

        graph G {
            %0 = input(name="x")                    : f32[a=2]  forward
            %1 = pointwise(%0, formula="exp(x)")    : f32[a=2]  forward in norm
            %2 = pointwise(%1, formula="tanh(x)")   : f32[a=2]  forward
            %3 = pointwise(%0, formula="exp(x)")    : f32[a=2]  recomputed 1 in norm
            %4 = pointwise(%2, %3, formula="x * y") : f32[a=2]  backward
            result y = %4
        }
        """;

    private static final String PLAN = """

        plan paper arena 192 {
            launch 0 rows(%1)
                %1 passing at 0 for 64 until 1
            launch 1 rows(%2)
                %2 saved at 0 for 64 until 3 over %1
            launch 2 rows(%3)
                %3 recomputed at 64 for 128 until 3
            launch 3 rows(%4)
                %4 passing
        }
        """;

    @Test
    void aPlanReadsLikeThis() {
        String plan = """

            plan paper arena 192 {
                // at a byte of the arena, for so many bytes, until the last launch that reads it
                launch 0 rows(%1)
                    %1  passing    at 0 for 64 until 1          // norm.pointwise
                launch 1 rows(%2)
                    %2  saved      at 0 for 64 until 3 over %1  // pointwise
                launch 2 rows(%3)
                    %3  recomputed at 64 for 128 until 3        // norm.pointwise.recomputed
                launch 3 rows(%4)
                    %4  passing                                 // pointwise.backward
            }
            """;
        PlannedGraph read = GraphText.parsePlanned(GRAPH + PLAN);
        Graph graph = GraphText.parse(GRAPH);
        assertEquals(GraphText.print(graph) + plan, GraphText.print(read));
        assertEquals(read, GraphText.parsePlanned(GraphText.print(read)));
        assertEquals(graph, GraphText.parse(GraphText.print(read)));
    }

    @Test
    void memoryThatIsNeededIsFoundBelowMemoryThatIsNot() {
        String plan = """

            plan paper arena 192 {
                launch 0 rows(%1)
                    %1 passing at 64 for 64 until 1
                launch 1 rows(%2)
                    %2 saved at 0 for 64 until 3
                launch 2 rows(%3)
                    %3 recomputed at 32 for 96 until 3
                launch 3 rows(%4)
                    %4 passing
            }
            """;
        QuipuException mistake = assertThrows(QuipuException.class, () -> GraphText.parsePlanned(GRAPH + plan));
        assertEquals(
                "graph text 18:9: launch 2: expected memory that no other tensor needs at that time, found that of %2,"
                        + " which is needed until launch 3",
                mistake.getMessage());
    }

    @Test
    void aPlanIsAskedFor() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> GraphText.parsePlanned(GRAPH));
        assertEquals("graph text 11:1: expected a plan behind the graph, found none", mistake.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "launch 1 rows    | launch 2 rows      | graph text 15:12: expected launch 1, the next number, found 2",
                "rows(%2)         | rows(%9)           | graph text 15:19: launch 1: expected a node of the graph,"
                        + " found %9",
                "rows(%2)         | rows(%2.1)         | graph text 15:19: expected a node, found %2.1, an output",
                "rows(%2)         | rows(%2, %1)       | graph text 15:23: launch 1: expected a node that no other"
                        + " launch runs, found %1, which runs in launch 0",
                "rows(%2)         | rows()             | graph text 15:19: expected a value, found ')'",
                "%2 saved         | %2.1 saved         | graph text 16:9: launch 1: expected an output of a node that"
                        + " this launch runs, found %2.1",
                "%2 saved         | %3 recomputed      | graph text 16:9: launch 1: expected an output of a node that"
                        + " this launch runs, found %3",
                "%4 passing       | %4 passing %4 passing | graph text 20:20: launch 3: expected each tensor once,"
                        + " found %4 again",
                "%2 saved         | %2 kept            | graph text 16:12: expected 'saved' or 'recomputed' or"
                        + " 'passing', found 'kept'",
                "%2 saved         | %2 recomputed      | graph text 16:9: launch 1: expected a recomputed tensor of a"
                        + " recomputed node, found %2 of a node that is forward",
                "%4 passing       | %4 saved           | graph text 20:9: launch 3: expected a saved tensor of the"
                        + " forward pass, found %4 of a node that is backward",
                "%3 recomputed    | %3 passing         | graph text 18:9: launch 2: expected recomputed, as its node"
                        + " is, found passing",
                "64 for 128       | -64 for 128        | graph text 18:23: slot: expected an offset of at least 0 and"
                        + " at least 1 byte, found -64 for 128",
                "64 for 128       | 64 for 0           | graph text 18:23: slot: expected an offset of at least 0 and"
                        + " at least 1 byte, found 64 for 0",
                "64 for 128       | 64.5 for 128       | graph text 18:26: expected a whole number, found 64.5",
                "64 for 128       | 128 for 128        | graph text 18:9: launch 2: expected a slot inside the arena of"
                        + " 192 bytes, found 128 for 128",
                "64 for 128       | 9 for 9223372036854775807 | graph text 18:9: launch 2: expected a slot inside the"
                        + " arena of 192 bytes, found 9 for 9223372036854775807",
                "arena 192        | arena -1           | graph text 12:18: expected an arena of at least 0 bytes,"
                        + " found -1",
                "arena 192        | paper              | graph text 12:12: expected '{' or 'arena', found 'paper'",
                "128 until 3      | 128 until 4        | graph text 18:9: launch 2: expected a last use from launch 2"
                        + " to 3, found until 4",
                "128 until 3      | 128 until 1        | graph text 18:9: launch 2: expected a last use from launch 2"
                        + " to 3, found until 1",
                "at 64 for 128    | at 32 for 128      | graph text 18:9: launch 2: expected memory that no other"
                        + " tensor needs at that time, found that of %2, which is needed until launch 3",
                "over %1          | over %3            | graph text 16:9: launch 1: expected over a tensor in the same"
                        + " memory whose last use is this launch, found over %3",
                "until 3 over %1  | until 3            | graph text 16:9: launch 1: expected memory that no other"
                        + " tensor needs at that time, found that of %1, which is needed until launch 1",
                "over %1          | over               | graph text 17:5: expected a value, found 'launch'",
            })
    void mistakesAreNamedWithTheirPlace(String good, String bad, String message) {
        String plan = PLAN.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad));
        // a plan is checked where only its graph is asked for, too
        for (Consumer<String> reading : List.<Consumer<String>>of(GraphText::parsePlanned, GraphText::parse)) {
            QuipuException mistake = assertThrows(QuipuException.class, () -> reading.accept(GRAPH + plan));
            assertEquals(message, mistake.getMessage());
        }
    }
}
