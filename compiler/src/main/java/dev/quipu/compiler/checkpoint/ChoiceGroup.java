package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Choices that are made together, whatever is chosen elsewhere: those of one list element, or of the model outside of lists.
 * The inputs of blocks, which are kept whenever they are needed, part them.
 *
 * @param element the list element, or the first of several that share kernels
 * @param clusters whose outputs may have to be kept or rebuilt, in order
 * @param members those outputs, in order, and after them the inputs of blocks that only this group's rebuilding needs
 */
record ChoiceGroup(String element, List<Cluster> clusters, List<Choice> members) {
    ChoiceGroup {
        clusters = List.copyOf(clusters);
        members = List.copyOf(members);
    }

    /** The groups of a graph in the order of their first clusters. Outputs that nothing can need are in none. */
    static List<ChoiceGroup> of(Choices choices) {
        return new Finder(choices).groups();
    }

    /** Bytes that are kept in any case: the inputs of blocks that backward rules read. */
    static long fixedBytes(Choices choices) {
        return choices.all().stream()
                .filter(ChoiceGroup::isFixed)
                .mapToLong(Choice::bytes)
                .sum();
    }

    /** Whether nothing can be decided about a choice. */
    static boolean isFixed(Choice choice) {
        return choice.isNeeded() && choice.blockInput();
    }

    /** Follows what would have to run if nothing but the inputs of blocks were kept. */
    private static final class Finder {
        private final Choices choices;
        private final Map<String, String> parents = new HashMap<>();
        private final Map<Cluster, List<Choice>> asked = new LinkedHashMap<>();
        /** By inputs of blocks that no backward rule reads, the elements whose rebuilding does. */
        private final Map<Choice, Set<String>> demanded = new LinkedHashMap<>();

        Finder(Choices choices) {
            this.choices = choices;
            Set<Tensor> needed = new HashSet<>();
            choices.all().stream().filter(Choice::isNeeded).forEach(choice -> needed.add(choice.tensor()));
            for (Cluster cluster : choices.clusters().reversed()) {
                ClusterOutcome outcome = choices.outcome(cluster, needed, choice -> false);
                visit(cluster, outcome);
                outcome.rebuild().ifPresent(rebuild -> needed.addAll(rebuild.inputs()));
            }
        }

        private void visit(Cluster cluster, ClusterOutcome outcome) {
            if (outcome.asked().isEmpty()) {
                return;
            }
            asked.put(cluster, outcome.asked());
            List<Choice> open = outcome.asked().stream()
                    .filter(choice -> !choice.blockInput())
                    .toList();
            open.forEach(choice -> join(open.getFirst(), choice));
            outcome.rebuild().map(Rebuild::inputs).orElse(Set.of()).forEach(input -> {
                Choice choice = choices.choices().get(input);
                if (choice != null && !choice.blockInput()) {
                    join(open.getFirst(), choice);
                } else if (choice != null && !choice.isNeeded()) {
                    demanded.computeIfAbsent(choice, key -> new LinkedHashSet<>())
                            .add(open.getFirst().element());
                }
            });
        }

        private void join(Choice choice, Choice other) {
            parents.put(root(other.element()), root(choice.element()));
        }

        private String root(String element) {
            String parent = parents.getOrDefault(element, element);
            return parent.equals(element) ? element : root(parent);
        }

        List<ChoiceGroup> groups() {
            Map<String, List<Cluster>> clusters = new LinkedHashMap<>();
            Map<String, List<Choice>> members = new LinkedHashMap<>();
            for (Cluster cluster : asked.keySet().stream().toList().reversed()) {
                asked.get(cluster).stream()
                        .filter(choice -> !choice.blockInput())
                        .findFirst()
                        .map(choice -> root(choice.element()))
                        .ifPresent(root -> {
                            clusters.computeIfAbsent(root, key -> new ArrayList<>())
                                    .add(cluster);
                            members.computeIfAbsent(root, key -> new ArrayList<>())
                                    .addAll(asked.get(cluster));
                        });
            }
            demanded.forEach((choice, elements) -> {
                List<String> roots =
                        elements.stream().map(this::root).distinct().toList();
                List<Choice> others = members.get(roots.getFirst());
                // what several groups may ask for belongs to none: its bytes are counted when the whole is known
                if (roots.size() == 1 && !others.contains(choice)) {
                    others.add(choice);
                }
            });
            List<ChoiceGroup> groups = new ArrayList<>();
            clusters.forEach((root, own) -> groups.add(new ChoiceGroup(root, own, members.get(root))));
            return groups;
        }
    }

    /** What must agree between two groups for their choices to cost the same, one by one. */
    List<Object> shape(Collection<Decision> decisions) {
        Map<Tensor, Integer> places = new HashMap<>();
        List<Object> shape = new ArrayList<>(decisions);
        for (Cluster cluster : clusters) {
            shape.add(ClusterShape.of(cluster, places));
        }
        for (Choice member : members) {
            shape.add(List.of(places.get(member.tensor()), member.blockInput(), member.isNeeded(), member.bytes()));
        }
        return shape;
    }
}
