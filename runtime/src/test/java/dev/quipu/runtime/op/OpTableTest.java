package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.FiniteDifferences;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.text.GraphText;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table on the reference interpreter. */
class OpTableTest {
    static List<OpRow> rows() {
        return OpTable.rows();
    }

    @Test
    void everyOpHasARow() {
        Set<Class<?>> present = rows().stream().map(OpRow::op).collect(Collectors.toSet());
        Set<Class<?>> missing = leaves(Op.class).collect(Collectors.toCollection(HashSet::new));
        missing.removeAll(present);
        assertEquals(Set.of(), missing, "ops without a row in the table");
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OpTableTest::leaves)
                : Stream.of(type);
    }

    @Test
    void namesAreDistinct() {
        Set<String> names = rows().stream().map(OpRow::name).collect(Collectors.toSet());
        assertEquals(rows().size(), names.size(), "a row's name seeds its values");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shapeRuleGivesTheStatedTypes(OpRow row) {
        assertEquals(row.gives(), row.node().types());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void interpreterAgreesWithNaiveComputation(OpRow row) {
        Example.Outcome outcome = row.forward().interpret();
        List<Array> found = row.gives().isEmpty()
                ? List.of(outcome.state().get("x"))
                : List.copyOf(outcome.results().values());
        for (Array array : found) {
            assertTrue(Arrays.stream(array.values()).allMatch(Double::isFinite), () -> "not finite: " + array);
        }
        List<Array> expected = row.naive() == null ? found : row.naive().outputs(row.leafArrays());
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals("", Accuracy.OF_DOUBLES.complaint(expected.get(i), found.get(i)), "output " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void backwardRuleAgreesWithFiniteDifferences(OpRow row) {
        row.gradient().ifPresent(example -> {
            Map<String, Array> results = example.interpret().results();
            double magnitude =
                    magnitude(results.get(OpRow.OUTPUT), example.inputs().get(OpRow.WEIGHTS));
            FiniteDifferences differences =
                    new FiniteDifferences(lossOnly(example.graph()), OpRow.LOSS, example.inputs(), example.state());
            for (Leaf leaf : row.leaves()) {
                if (leaf.isNumber()) {
                    Array gradient = results.getOrDefault(OpRow.GRADIENT + leaf.name(), Array.zeros(leaf.type()));
                    compare(differences, leaf.name(), gradient, row.step(), magnitude);
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("rows")
    void graphsReadBackFromTheirText(OpRow row) {
        Stream.concat(Stream.of(row.forward()), row.gradient().stream())
                .map(Example::graph)
                .forEach(graph -> assertEquals(graph, GraphText.parse(GraphText.print(graph))));
    }

    private static void compare(
            FiniteDifferences differences, String leaf, Array gradient, double step, double magnitude) {
        assertTrue(
                Arrays.stream(gradient.values()).allMatch(Double::isFinite), () -> leaf + ": not finite: " + gradient);
        for (int seed = 1; seed <= 3; seed++) {
            Map<String, Array> direction = differences.direction(Set.of(leaf), seed);
            double expected = differences.along(direction, step);
            double found = FiniteDifferences.along(direction, Map.of(leaf, gradient));
            // the second term is the rounding of the loss itself, magnified by the division by the step
            double allowed = 1e-7 * magnitude(gradient, direction.get(leaf)) + 3e-15 / step * magnitude;
            assertEquals(expected, found, allowed, "derivative with respect to " + leaf);
        }
    }

    /** The sum of the products' absolute values. */
    private static double magnitude(Array left, Array right) {
        double sum = 0;
        for (int i = 0; i < left.size(); i++) {
            sum += Math.abs(left.get(i) * right.get(i));
        }
        return sum;
    }

    private static Graph lossOnly(Graph graph) {
        return Graph.of("loss", Map.of(OpRow.LOSS, graph.results().get(OpRow.LOSS)), List.of());
    }
}
