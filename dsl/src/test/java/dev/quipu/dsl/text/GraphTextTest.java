package dev.quipu.dsl.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Graph;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GraphTextTest {
    @Test
    void everyOpHasASample() {
        Set<String> sampled = new TreeSet<>();
        EveryOp.samples().forEach(sample -> sampled.add(sample.op().mnemonic()));
        assertEquals(OpForm.ALL.keySet(), sampled);
    }

    @Test
    void everyOpComesBackFromItsText() {
        Graph graph = EveryOp.graph();
        String text = GraphText.print(graph);
        Graph parsed = GraphText.parse(text);
        assertEquals(text, GraphText.print(parsed));
        assertEquals(graph, parsed);
    }

    @Test
    void functionsOfOneNameAreToldApart() {
        Graph graph = EveryOp.twoFunctionsOfOneName();
        String text = GraphText.print(graph);
        assertEquals(
                2,
                text.lines().filter(line -> line.startsWith("function twice")).count(),
                text);
        assertTrue(text.contains("function=twice#2"), text);
        assertEquals(graph, GraphText.parse(text));
    }

    @Test
    void aGraphReadsLikeThis() {
        String text = """
            quipu graph 1

            function twice(f32[channel=8]) {
                %0 = input(name="0")                : f32[channel=8]  forward at Twice.java:7
                %1 = pointwise(%0, formula="x + x") : f32[channel=8]  forward at Twice.java:7
                result "0" = %1
            }

            graph Example {
                %0 = input(name="x")                    : f32[row=4, channel=8]                     forward
                %1 = readState(state="norm.weight")     : f32[channel=8]                            forward in norm at Norm.java:12
                %2 = call(%1, function=twice)           : f32[channel=8]                            forward in norm at Norm.java:13
                %3 = rmsNorm(%0, %2, epsilon=1.0E-5)    : f32[row=4, channel=8], f32[row=4, one=1]  forward in norm at Norm.java:14
                %4 = sum(%3.1, axes=[0])                : f32[row=1, one=1]                         backward in norm at Norm.java:14
                %5 = accumulateState(%1, state="total") : none                                      update
                result y = %3
                result "the sum" = %4
                effect %5
            }
            """;
        assertEquals(text, GraphText.print(GraphText.parse(text)));
    }

    @Test
    void aGraphNeedsNoResults() {
        String text = """
            quipu graph 1

            graph Steps {
                %0 = constant(value=1.0)                : f32[one=1]  update
                %1 = accumulateState(%0, state="steps") : none        update
                effect %1
            }
            """;
        assertEquals(text, GraphText.print(GraphText.parse(text)));
    }
}
