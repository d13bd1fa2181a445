package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * All that is worth choosing in one group: of every two ways to choose, neither keeps fewer bytes in less time.
 *
 * @param points from the fewest bytes to the least time
 * @param exact whether no way was left out; where there are too many, those on the lower hull stay
 */
record GroupFront(List<Point> points, boolean exact) {
    /** So many outputs of one kernel are tried in every combination. */
    private static final int MOST_OUTPUTS = 12;

    /** So many sets of needed tensors are told apart at once. */
    private static final int MOST_STATES = 4096;

    /** So many points are kept for each of them. */
    private static final int MOST_POINTS = 1500;

    /**
     * One way to choose.
     *
     * @param kept indices of the group's members
     */
    record Point(long bytes, double seconds, BitSet kept) implements Hull.Point {}

    /** A way to choose for the later clusters, with the sum of their costs. */
    private record Partial(long bytes, double seconds, BitSet kept, Partial later) implements Hull.Point {
        Partial before(Step step) {
            return new Partial(bytes + step.bytes, seconds + step.seconds, step.kept, this);
        }
    }

    /** What to do with one cluster's outputs. */
    private record Step(long bytes, double seconds, BitSet kept, BitSet needs) {}

    GroupFront {
        points = List.copyOf(points);
    }

    /**
     * The front of a group, cluster by cluster against the order of the forward pass: what later clusters need decides what is
     * asked of earlier ones, and for each set of needed tensors the best ways so far are kept.
     *
     * @param decide SAVE and RECOMPUTE are obeyed
     */
    static GroupFront of(Choices choices, ChoiceGroup group, Function<Choice, Decision> decide) {
        return new Search(choices, group, decide).front();
    }

    private static final class Search {
        private final Choices choices;
        private final ChoiceGroup group;
        private final Function<Choice, Decision> decide;
        private final Map<Tensor, Integer> indices = new HashMap<>();
        private boolean exact = true;

        Search(Choices choices, ChoiceGroup group, Function<Choice, Decision> decide) {
            this.choices = choices;
            this.group = group;
            this.decide = decide;
            group.members().forEach(member -> indices.put(member.tensor(), indices.size()));
        }

        GroupFront front() {
            BitSet needed = new BitSet();
            group.members().stream()
                    .filter(Choice::isNeeded)
                    .forEach(member -> needed.set(indices.get(member.tensor())));
            Map<BitSet, List<Partial>> states = Map.of(needed, List.of(new Partial(0, 0, new BitSet(), null)));
            for (Cluster cluster : group.clusters().reversed()) {
                states = before(cluster, states);
            }
            // what is needed still comes from other groups
            List<Partial> all = new ArrayList<>();
            states.forEach((state, partials) -> {
                Step rest = new Step(bytes(state), 0, state, new BitSet());
                partials.forEach(partial -> all.add(partial.before(rest)));
            });
            return new GroupFront(thinned(all).stream().map(Search::point).toList(), exact);
        }

        private Map<BitSet, List<Partial>> before(Cluster cluster, Map<BitSet, List<Partial>> states) {
            BitSet own = new BitSet();
            cluster.outputs().stream().filter(indices::containsKey).forEach(output -> own.set(indices.get(output)));
            Map<BitSet, List<Step>> steps = new HashMap<>();
            Map<BitSet, List<Partial>> earlier = new LinkedHashMap<>();
            states.forEach((state, partials) -> {
                BitSet asked = (BitSet) state.clone();
                asked.and(own);
                for (Step step : steps.computeIfAbsent(asked, key -> steps(cluster, own, key))) {
                    BitSet next = (BitSet) state.clone();
                    next.andNot(own);
                    next.or(step.needs);
                    List<Partial> ways = earlier.computeIfAbsent(next, key -> new ArrayList<>());
                    partials.forEach(partial -> ways.add(partial.before(step)));
                }
            });
            earlier.replaceAll((state, ways) -> thinned(ways));
            if (earlier.size() <= MOST_STATES) {
                return earlier;
            }
            exact = false;
            Map<BitSet, List<Partial>> fewer = new LinkedHashMap<>();
            earlier.entrySet().stream()
                    .sorted(Comparator.comparingInt(entry -> entry.getKey().cardinality()))
                    .limit(MOST_STATES)
                    .forEach(entry -> fewer.put(entry.getKey(), entry.getValue()));
            return fewer;
        }

        /** The different things that can be done with a cluster's outputs when some of them are needed. */
        private List<Step> steps(Cluster cluster, BitSet own, BitSet asked) {
            Set<Tensor> needed = new HashSet<>();
            asked.stream()
                    .forEach(index -> needed.add(group.members().get(index).tensor()));
            List<Choice> free = own.stream()
                    .mapToObj(group.members()::get)
                    .filter(choice -> decide.apply(choice) == Decision.FREE && !choice.blockInput())
                    .toList();
            exact &= free.size() <= MOST_OUTPUTS;
            Map<BitSet, Step> steps = new LinkedHashMap<>();
            for (int bits = 0; bits < 1 << Math.min(free.size(), MOST_OUTPUTS); bits++) {
                Set<Choice> kept = new HashSet<>();
                for (int i = 0; i < free.size(); i++) {
                    // beyond the most, all are kept or none is
                    if ((bits >> Math.min(i, MOST_OUTPUTS - 1) & 1) == 1) {
                        kept.add(free.get(i));
                    }
                }
                Step step = step(choices.outcome(
                        cluster, needed, choice -> kept.contains(choice) || decide.apply(choice) == Decision.SAVE));
                steps.putIfAbsent(step.kept, step);
            }
            return List.copyOf(steps.values());
        }

        private Step step(ClusterOutcome outcome) {
            BitSet kept = new BitSet();
            outcome.kept().forEach(choice -> kept.set(indices.get(choice.tensor())));
            BitSet needs = new BitSet();
            outcome.rebuild().map(Rebuild::inputs).orElse(Set.of()).stream()
                    .filter(indices::containsKey)
                    .filter(input -> !outcome.kept().contains(choices.choices().get(input)))
                    .forEach(input -> needs.set(indices.get(input)));
            double seconds = outcome.rebuild().map(Rebuild::seconds).orElse(0.0);
            return new Step(bytes(kept), seconds, kept, needs);
        }

        private long bytes(BitSet kept) {
            return kept.stream()
                    .mapToObj(group.members()::get)
                    .filter(choice -> !ChoiceGroup.isFixed(choice))
                    .mapToLong(Choice::bytes)
                    .sum();
        }

        /** The ways of which none keeps fewer bytes in less time, and if these are too many, the hull and some of the others. */
        private List<Partial> thinned(List<Partial> ways) {
            List<Partial> best = Hull.undominated(ways);
            if (best.size() <= MOST_POINTS) {
                return best;
            }
            Set<Partial> hull = Collections.newSetFromMap(new IdentityHashMap<>());
            hull.addAll(Hull.of(best));
            List<Partial> some = new ArrayList<>();
            int stride = (best.size() + MOST_POINTS - 1) / MOST_POINTS;
            for (int i = 0; i < best.size(); i++) {
                if (i % stride == 0 || hull.contains(best.get(i))) {
                    some.add(best.get(i));
                }
            }
            return some;
        }

        private static Point point(Partial first) {
            BitSet kept = new BitSet();
            for (Partial partial = first; partial != null; partial = partial.later) {
                kept.or(partial.kept);
            }
            return new Point(first.bytes, first.seconds, kept);
        }
    }
}
