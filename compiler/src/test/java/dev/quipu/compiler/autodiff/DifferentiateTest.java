package dev.quipu.compiler.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.FiniteDifferences;
import dev.quipu.dsl.Custom;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.AccumulateState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole models: that each op's rule is right is shown by the table of ops. */
class DifferentiateTest {
    private static final Dim CHANNEL = new Dim("channel", 4);
    private static final Dim VOCABULARY = new Dim("vocabulary", 5);

    @FunctionalInterface
    interface Body {
        Tensor of(Tensor stream, Toy model);
    }

    /** An embedding, a body, and the embedding again as the output. */
    record Toy(Parameter table, Parameter first, Parameter second, Parameter frozen, Parameter unread, Body body)
            implements Model {
        static Toy of(Body body) {
            return new Toy(
                    Parameter.normal(1, VOCABULARY, CHANNEL),
                    Parameter.normal(1, CHANNEL),
                    Parameter.normal(1, CHANNEL),
                    Parameter.normal(1, CHANNEL).frozen(),
                    Parameter.normal(1, CHANNEL),
                    body);
        }

        @Override
        public Tensor forward(Tensor tokens) {
            Tensor rows = table.tensor();
            return body.of(rows.lookup(tokens), this).linear(rows);
        }

        @Override
        public int vocabularySize() {
            return VOCABULARY.size();
        }

        @Override
        public int contextLength() {
            return 8;
        }
    }

    private static void trains(Toy model, String... names) {
        Traced traced = Traced.loss(model, 2, 3);
        Differentiated differentiated = Differentiate.of(traced);
        assertEquals(List.of(names), differentiated.trained());
        gradientsAreDerivatives(traced, differentiated, VOCABULARY.size());
    }

    /** Along random directions in all trained parameters at once, and that nothing else is written, nor said to be. */
    private static void gradientsAreDerivatives(Traced traced, Differentiated differentiated, int ids) {
        assertEquals(differentiated.trained(), Differentiate.trained(traced), "found without gradients");
        Graph joint = differentiated.graph();
        Filled filled = Filled.of(joint, ids, 11);
        Map<String, Array> state = new HashMap<>(filled.state());
        Set<String> written = Set.copyOf(differentiated.trained().stream()
                .map(Differentiated::gradientOf)
                .toList());
        written.forEach(name -> state.put(name, Array.zeros(state.get(name).type())));
        Filled.Outcome outcome = new Filled(filled.inputs(), state).interpret(joint);
        FiniteDifferences differences =
                new FiniteDifferences(traced.graph(), Traced.LOSS, filled.inputs(), filled.state());
        Map<String, Array> gradients = new HashMap<>();
        differentiated
                .trained()
                .forEach(name -> gradients.put(name, outcome.state().get(Differentiated.gradientOf(name))));
        for (int seed = 0; seed < 3; seed++) {
            Map<String, Array> direction = differences.direction(Set.copyOf(differentiated.trained()), seed);
            double expected = differences.along(direction, 1e-4);
            assertEquals(
                    expected, FiniteDifferences.along(direction, gradients), 1e-6 * Math.max(1, Math.abs(expected)));
        }
        state.forEach((name, array) -> assertTrue(
                written.contains(name) || array.sameBits(outcome.state().get(name)), name + " was written"));
    }

    @ParameterizedTest
    @EnumSource
    void families(SmallModels family) {
        Traced traced = Traced.loss(family.model(), 2, 5);
        Differentiated differentiated = Differentiate.of(traced);
        assertEquals(List.copyOf(traced.parameters().keySet()), differentiated.trained());
        gradientsAreDerivatives(traced, differentiated, SmallModels.VOCABULARY);
    }

    @Test
    void aTiedWeightCollectsFromAllItsUses() {
        trains(Toy.of((x, m) -> x), "table");
    }

    @Test
    void frozenAndUnreadParametersHaveNoGradient() {
        trains(Toy.of((x, m) -> x.times(m.first.tensor()).times(m.frozen.tensor())), "table", "first");
    }

    @Test
    void aParameterThatTheLossDoesNotFollowHasNoGradient() {
        trains(Toy.of((x, m) -> Tensor.formula("x * select(w > 0, 1, -1)", x, m.second.tensor())), "table");
    }

    @Test
    void aParameterUsedTwiceInOneFormula() {
        trains(Toy.of((x, m) -> Tensor.formula("silu(w) * x + w", m.first.tensor(), x)), "table", "first");
    }

    @Test
    void aCustomOpUsesItsOwnRule() {
        Custom twisted = Custom.of(
                "twisted",
                in -> Tensor.formula("x * tanh(w)", in.get(0), in.get(1)),
                (in, y, g) -> List.of(
                        Tensor.formula("g * tanh(w)", g, in.get(1)),
                        Tensor.formula("g * x * (1 - tanh(w) * tanh(w))", g, in.get(0), in.get(1))
                                .sumTo(in.get(1).shape())));
        trains(Toy.of((x, m) -> twisted.apply(x, m.first.tensor())), "table", "first");
    }

    @Test
    void aCustomOpWithAWrongRuleGivesTheWrongGradientThatItSays() {
        Custom zero = Custom.of("zero", in -> in.getFirst().silu(), (in, y, g) -> List.of(Tensor.formula("0 * g", g)));
        Traced traced = Traced.loss(Toy.of((x, m) -> zero.apply(x.times(m.first.tensor()))), 1, 2);
        Filled filled = Filled.of(Differentiate.of(traced).graph(), 5, 1);
        Array before = filled.state().get(Differentiated.gradientOf("first"));
        Filled.Outcome after = filled.interpret(Differentiate.of(traced).graph());
        assertTrue(before.sameBits(after.state().get(Differentiated.gradientOf("first"))));
    }

    @Test
    void backwardNodesStandAtTheSitesOfTheirForwardNodes() {
        Traced traced = Traced.loss(SmallModels.LLAMA.model(), 1, 3);
        Set<Object> forward =
                Set.copyOf(traced.graph().nodes().stream().map(Node::site).toList());
        for (Node node : Differentiate.of(traced).graph().nodes()) {
            assertTrue(
                    forward.contains(node.site().withPass(Site.Pass.FORWARD)),
                    () -> node + " belongs to no forward node");
            if (node.op() instanceof AccumulateState) {
                assertEquals(Site.Pass.BACKWARD, node.site().pass());
            }
        }
    }
}
