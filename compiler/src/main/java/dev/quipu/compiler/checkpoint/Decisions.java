package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a request says about every choice: the policy's decisions, but for those that are ordered by name. */
final class Decisions {
    /** An order and those of the choices it names that something may need. */
    private record Ordered(PlanRequest.Order order, List<Choice> choices) {
        @Override
        public String toString() {
            return (order.decision() == Decision.SAVE ? "save " : "recompute ") + order.names();
        }
    }

    private final Choices choices;
    private final Set<Choice> asked;
    private final Map<Choice, Decision> decisions = new LinkedHashMap<>();
    private final List<Ordered> orders = new ArrayList<>();

    /**
     * Checks the orders.
     *
     * @throws QuipuException when one names nothing, nothing that is needed, or a tensor that must not be rebuilt, or when two
     *     contradict each other
     */
    Decisions(Choices choices, PlanRequest request) {
        this.choices = choices;
        asked = choices.asked().keySet();
        choices.all().forEach(choice -> decisions.put(choice, request.policy().decide(choice)));
        Map<Choice, Ordered> by = new LinkedHashMap<>();
        for (PlanRequest.Order order : request.orders()) {
            Ordered ordered = ordered(order);
            orders.add(ordered);
            for (Choice choice : ordered.choices) {
                Ordered other = by.put(choice, ordered);
                if (other != null && other.order.decision() != order.decision()) {
                    throw QuipuException.of("one order", other + " and " + ordered, choice.name(), "");
                }
                decisions.put(choice, order.decision());
            }
        }
    }

    /** What is decided, or free. */
    Decision of(Choice choice) {
        return decisions.get(choice);
    }

    /** The choices that are not decided yet and that something may need, in the order in which they are made. */
    List<Choice> free() {
        return choices.all().stream()
                .filter(asked::contains)
                .filter(choice -> !choice.blockInput() && of(choice) == Decision.FREE)
                .toList();
    }

    /** Whether nothing but the inputs of blocks is decided yet. */
    boolean areAllFree() {
        return asked.stream().allMatch(choice -> choice.blockInput() || of(choice) == Decision.FREE);
    }

    private Ordered ordered(PlanRequest.Order order) {
        Set<String> names = order.names()
                .select(
                        choices.all().stream().map(Choice::name).toList(),
                        "a tensor that a kernel of the forward pass stores");
        List<Choice> named = choices.all().stream()
                .filter(choice -> names.contains(choice.name()))
                .toList();
        Ordered ordered =
                new Ordered(order, named.stream().filter(asked::contains).toList());
        if (ordered.choices.isEmpty()) {
            throw QuipuException.of(
                    "a tensor that the backward pass needs",
                    named.getFirst() + ", " + neverNeeded(named.getFirst()),
                    ordered.toString(),
                    "");
        }
        if (order.decision() == Decision.RECOMPUTE) {
            ordered.choices.stream().filter(Choice::blockInput).findFirst().ifPresent(input -> {
                throw QuipuException.of(
                        "tensors inside of blocks",
                        input + ", which is what " + next(input) + " begins with",
                        ordered.toString(),
                        "rebuilding it would hold more than one block's working set");
            });
        }
        return ordered;
    }

    private static String neverNeeded(Choice choice) {
        Set<String> readers = choice.forwardReaders().stream()
                .map(Decisions::describe)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return readers.isEmpty()
                ? "which no kernel reads"
                : "which is read by " + String.join(" and ", readers)
                        + ", on the way to the loss: no backward rule needs it, and nothing is rebuilt from it";
    }

    private static String next(Choice input) {
        Cluster reader = input.forwardReaders().stream()
                .filter(cluster -> !element(cluster).equals(input.element()))
                .findFirst()
                .orElseThrow();
        String layer = reader.head().site().layer();
        return !element(reader).isEmpty() ? element(reader) : layer.isEmpty() ? "the rest of the model" : layer;
    }

    private static String element(Cluster cluster) {
        return RepeatedBlocks.element(cluster.head().site().layer());
    }

    private static String describe(Cluster cluster) {
        String layer = cluster.head().site().layer();
        return (layer.isEmpty() ? "" : layer + ".") + cluster.head().op().mnemonic();
    }

    /**
     * Checks that every order changed something.
     *
     * @throws QuipuException when all that one names is not needed because of what else is kept
     */
    void check(Outcome outcome, String plan) {
        Set<Choice> present = new HashSet<>(outcome.kept());
        outcome.rebuilds()
                .forEach(rebuild -> rebuild.outputs()
                        .forEach(output -> present.add(choices.choices().get(output))));
        for (Ordered ordered : orders) {
            if (ordered.choices.stream().noneMatch(present::contains)) {
                Choice first = ordered.choices.getFirst();
                Set<String> rebuilt = rebuiltFrom(first);
                throw QuipuException.of(
                        "a tensor that the backward pass needs",
                        first + ", which is needed only to rebuild " + String.join(" and ", rebuilt),
                        ordered + " with plan " + plan,
                        "order to recompute that, or leave this order out");
            }
        }
    }

    /** The tensors for whose rebuilding a choice may be needed. */
    private Set<String> rebuiltFrom(Choice choice) {
        return asked.stream()
                .filter(other -> !other.blockInput() && !other.equals(choice))
                .filter(other -> choice.forwardReaders().contains(other.cluster())
                        || other.cluster().equals(choice.cluster()))
                .map(Choice::name)
                .sorted()
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
