package dev.quipu.runtime.plan;

import dev.quipu.compiler.checkpoint.Choice;
import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What plans make of one tensor of every layer of a list, or of one tensor outside of lists. */
final class FoldedTensor {
    /** What becomes of a tensor. */
    enum Fate {
        SAVED,
        REBUILT;

        @Override
        public String toString() {
            return this == SAVED ? "saved" : "rebuilt";
        }
    }

    private record Key(String list, String name, Type type) {}

    private final Key key;
    private final List<Map<Fate, NavigableSet<Integer>>> fates = new ArrayList<>();
    private final NavigableSet<Integer> elements = new TreeSet<>();
    private final Set<String> rules = new LinkedHashSet<>();
    private final Set<String> purposes = new LinkedHashSet<>();
    private double leastSeconds = Double.POSITIVE_INFINITY;
    private double mostSeconds;
    private int position = Integer.MAX_VALUE;

    private FoldedTensor(Key key, int plans) {
        this.key = key;
        for (int i = 0; i < plans; i++) {
            fates.add(new EnumMap<>(Fate.class));
        }
    }

    /** Folds plans of one program, in the order of the forward pass. */
    static List<FoldedTensor> of(List<PlanSummary> plans) {
        List<Choice> order = List.copyOf(plans.getFirst().gradient().choices().all());
        Map<Choice, Integer> positions = new HashMap<>();
        order.forEach(choice -> positions.put(choice, positions.size()));
        Map<Key, FoldedTensor> folded = new HashMap<>();
        for (int plan = 0; plan < plans.size(); plan++) {
            for (PlanTensor tensor : PlanTensor.of(plans.get(plan).gradient())) {
                String element = tensor.choice().element();
                int dot = element.lastIndexOf('.');
                String list = element.substring(0, Math.max(0, dot));
                String name = tensor.choice().name().substring(element.isEmpty() ? 0 : element.length() + 1);
                Key key = new Key(list, name, tensor.choice().tensor().type());
                int number = element.isEmpty() ? 0 : Integer.parseInt(element.substring(dot + 1));
                folded.computeIfAbsent(key, made -> new FoldedTensor(made, plans.size()))
                        .add(plan, tensor, number, positions.get(tensor.choice()));
            }
        }
        return listByList(folded.values());
    }

    /** In the order of the forward pass, but all of a list where its first is: what lies between its layers comes after. */
    private static List<FoldedTensor> listByList(Collection<FoldedTensor> tensors) {
        Map<String, Integer> begins = new HashMap<>();
        tensors.forEach(tensor -> begins.merge(tensor.list(), tensor.position, Math::min));
        return tensors.stream()
                .sorted(Comparator.<FoldedTensor>comparingInt(
                                tensor -> tensor.list().isEmpty() ? tensor.position : begins.get(tensor.list()))
                        .thenComparingInt(tensor -> tensor.position))
                .toList();
    }

    private void add(int plan, PlanTensor tensor, int element, int place) {
        position = Math.min(position, place);
        elements.add(element);
        fates.get(plan)
                .computeIfAbsent(tensor.saved() ? Fate.SAVED : Fate.REBUILT, fate -> new TreeSet<>())
                .add(element);
        tensor.rules().forEach(rule -> rules.add(withoutElement(rule)));
        tensor.rebuilt().forEach(purpose -> purposes.add(withoutElement(purpose)));
        leastSeconds = Math.min(leastSeconds, tensor.seconds());
        mostSeconds = Math.max(mostSeconds, tensor.seconds());
    }

    private String withoutElement(String name) {
        return key.list().isEmpty()
                ? name
                : Pattern.compile("^" + Pattern.quote(key.list()) + "\\.\\d+\\.")
                        .matcher(name)
                        .replaceFirst("");
    }

    /** The list of layers that it belongs to; empty outside of lists. */
    String list() {
        return key.list();
    }

    /** As seen from its layer of the list. */
    String name() {
        return key.name();
    }

    Type type() {
        return key.type();
    }

    /** How many layers have one that some plan keeps or rebuilds. */
    int count() {
        return elements.size();
    }

    NavigableSet<Integer> elements() {
        return elements;
    }

    /** Bytes that a plan keeps of it, in all layers. */
    long keptBytes(int plan) {
        Set<Integer> saved = fates.get(plan).get(Fate.SAVED);
        return saved == null ? 0 : saved.size() * key.type().bytes();
    }

    /** {@code saved}, {@code rebuilt}, nothing, or which layers' are: {@code saved 0-11, 14; rebuilt 12-13}. */
    String fate(int plan) {
        Map<Fate, NavigableSet<Integer>> own = fates.get(plan);
        if (own.isEmpty()) {
            return "-";
        }
        Map.Entry<Fate, NavigableSet<Integer>> first = own.entrySet().iterator().next();
        return first.getValue().size() == count()
                ? first.getKey().toString()
                : own.entrySet().stream()
                        .map(fate -> fate.getKey() + " " + ranges(fate.getValue()))
                        .collect(Collectors.joining("; "));
    }

    /** Numbers, those in a row as one: {@code 0-11, 14}. */
    static String ranges(NavigableSet<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        int first = numbers.first();
        for (int number : numbers) {
            if (!numbers.contains(number + 1)) {
                text.append(text.isEmpty() ? "" : ", ").append(first == number ? "" + first : first + "-" + number);
                first = numbers.higher(number) == null ? first : numbers.higher(number);
            }
        }
        return text.toString();
    }

    /** Who needs it. */
    String reason() {
        return rules.isEmpty() && !purposes.isEmpty()
                ? "none: from it is rebuilt " + String.join(", ", purposes)
                : String.join(", ", rules);
    }

    double leastSeconds() {
        return leastSeconds;
    }

    double mostSeconds() {
        return mostSeconds;
    }
}
