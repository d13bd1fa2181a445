package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.RandomModel;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the planner finds for random models of few choices, held against every plan that there is. */
class PlannerTest {
    private static final int MODELS = 50;
    private static final int BUDGETS = 3;
    private static final int MOST = 12;
    private static final int MANY = 7;
    private static final double ROUNDING = 1e-12;

    /** A model's choices and all of its plans. */
    record Small(long seed, Choices choices, BruteForce all) {
        @Override
        public String toString() {
            return "model " + seed + " of " + BruteForce.subsets(choices).size() + " choices";
        }
    }

    static Choices choices(Model model, int batch, int sequence) {
        Graph graph = Simplify.of(
                Differentiate.of(Traced.loss(model, batch, sequence)).graph());
        return Choices.of(graph, Clustering.of(graph));
    }

    private static final List<Small> SMALL = LongStream.iterate(0, seed -> seed + 1)
            .boxed()
            .flatMap(seed -> {
                Choices choices = choices(RandomModel.of(seed), 2, seed % 2 == 0 ? 24 : 256);
                int count = BruteForce.subsets(choices).size();
                // of the many with many choices, a few
                return count < 3 || count > MOST || (count > MANY && seed % 3 != 0)
                        ? Stream.empty()
                        : Stream.of(new Small(seed, choices, BruteForce.of(choices)));
            })
            .limit(MODELS)
            .toList();

    static Stream<Small> small() {
        return SMALL.stream();
    }

    @ParameterizedTest
    @MethodSource("small")
    void theLeastTimeWithinABudgetIsThatOfAllPlans(Small model) {
        long least = model.all.leastMemory();
        for (long budget : budgets(model)) {
            Planned planned = Planner.plan(model.choices, PlanRequest.budget(budget));
            Scheduled scheduled = Scheduled.of(planned.graph(), planned.clusters());
            Verifier.check(scheduled);
            assertTrue(scheduled.memory().bytes() <= budget, "memory");
            double best = model.all.leastSeconds(plan -> plan.memory() <= budget);
            assertEquals(best, planned.plan().seconds(), ROUNDING);
            assertTrue(planned.plan().leastSeconds() <= best);
            double bound = LowerBound.within(model.choices, Fronts.of(model.choices, choice -> Decision.FREE), budget);
            assertTrue(bound <= best + ROUNDING, bound + " is no bound of " + best);
        }
        QuipuException refused =
                assertThrows(QuipuException.class, () -> Planner.plan(model.choices, PlanRequest.budget(least - 1)));
        assertTrue(refused.getMessage().contains("at least " + least + " bytes"), refused.getMessage());
    }

    /** The smallest that can be met, one that all plans meet, and some between. */
    private static List<Long> budgets(Small model) {
        long least = model.all.leastMemory();
        long most = model.all.plans().stream()
                .mapToLong(BruteForce.Plan::memory)
                .max()
                .orElseThrow();
        Random random = new Random(model.seed);
        return Stream.concat(
                        Stream.of(least, most),
                        random.longs(BUDGETS, least, most + 1).boxed())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("small")
    void layerByLayerPlansFitAndAreBoundedToo(Small model) {
        BudgetSearch search = LayeredSearch.of(model.choices, new Decisions(model.choices, PlanRequest.budget(1)));
        assertTrue(search.within(model.all.leastMemory() - 1).isEmpty());
        assertTrue(search.within(search.leastBudget()).isPresent());
        for (long budget : budgets(model)) {
            search.within(budget).ifPresent(outcome -> {
                assertTrue(Peak.bytes(model.choices, outcome) <= budget);
                assertTrue(outcome.seconds() >= model.all.leastSeconds(plan -> plan.memory() <= budget) - ROUNDING);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("small")
    void theFrontHasAPlanAtEachPointAndNoneBelow(Small model) {
        Front front = Planner.front(model.choices.graph(), model.choices.clusters());
        for (BruteForce.Plan plan : model.all.plans()) {
            double bound = front.leastSeconds(plan.kept());
            assertTrue(bound <= plan.seconds() + ROUNDING, () -> plan.outcome().kept() + " is below the front");
        }
        for (Front.Point point : front.points()) {
            double seconds = model.all.leastSeconds(plan -> plan.kept() <= point.bytes());
            assertEquals(seconds, point.seconds(), ROUNDING);
        }
    }

    @ParameterizedTest
    @MethodSource("small")
    void aMinimumCutKeepsTheFewestBytes(Small model) {
        cut(model, Policy.FREE);
        cut(model, Policy.MINIMUM_CUT);
        Random random = new Random(model.seed);
        Decision[] decisions = Decision.values();
        List<Choice> all = List.copyOf(model.choices.all());
        List<Decision> some = all.stream()
                .map(choice -> decisions[random.nextInt(decisions.length)])
                .toList();
        cut(model, choice -> some.get(all.indexOf(choice)));
    }

    private static void cut(Small model, Policy policy) {
        List<Choice> free = BruteForce.subsets(model.choices).stream()
                .filter(choice -> policy.decide(choice) == Decision.FREE)
                .toList();
        List<Outcome> all = BruteForce.outcomes(model.choices, free, choice -> policy.decide(choice) == Decision.SAVE);
        CheckpointPlan plan =
                Planner.plan(model.choices, PlanRequest.of("cut", policy)).plan();
        assertEquals(all.stream().mapToLong(Outcome::bytes).min().orElseThrow(), plan.bytes());
        assertTrue(plan.leastSeconds() <= model.all.leastSeconds(other -> other.kept() <= plan.bytes()) + ROUNDING);
    }
}
