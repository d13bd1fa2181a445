package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.memory.MemoryPlan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The groups of a graph as links, one after the other, and what is outside of all list elements.
 *
 * @param links list elements in the order of the forward pass
 * @param outside the rest of the model; a link without choices where there is nothing to choose
 * @param owners by list element, the link that its choices belong to; others belong to the outside
 */
record Chain(List<Link> links, Link outside, Map<String, Link> owners) {
    /** So many points of a front are considered. */
    private static final int MOST_POINTS = 40;

    /** So many launches are scheduled to measure them, about. */
    private static final int MOST_LAUNCHES = 20_000;

    /** One group. */
    static final class Link {
        private final List<Choice> members;
        private final List<GroupFront.Point> points;
        private final long[] bytes;

        Link(List<Choice> members, List<GroupFront.Point> points) {
            this.members = members;
            this.points = points;
            this.bytes = new long[points.size()];
        }

        /** What may be chosen; the same list for links of equal shape. */
        List<GroupFront.Point> points() {
            return points;
        }

        /** By point, of all slots that this link keeps, the inputs of blocks among them. */
        long[] bytes() {
            return bytes;
        }
    }

    static Chain of(Choices choices, Function<Choice, Decision> decide) {
        Fronts fronts = Fronts.of(choices, decide);
        int samples = Math.clamp(MOST_LAUNCHES / choices.clusters().size(), 4, MOST_POINTS);
        Map<GroupFront, Integer> counts = new IdentityHashMap<>();
        fronts.fronts().forEach(front -> counts.merge(front, 1, Integer::sum));
        Map<GroupFront, List<GroupFront.Point>> points = new IdentityHashMap<>();
        List<Link> links = new ArrayList<>();
        Map<String, Link> owners = new HashMap<>();
        Link outside = new Link(List.of(), List.of(new GroupFront.Point(0, 0, new BitSet())));
        for (int i = 0; i < fronts.groups().size(); i++) {
            ChoiceGroup group = fronts.groups().get(i);
            List<GroupFront.Point> some = points.computeIfAbsent(
                    fronts.fronts().get(i), front -> some(front, Math.min(MOST_POINTS, samples * counts.get(front))));
            Link link = new Link(group.members(), some);
            if (group.members().stream()
                    .anyMatch(member -> !member.blockInput() && member.element().isEmpty())) {
                outside = link;
            } else {
                links.add(link);
            }
            for (Choice member : group.members()) {
                if (!member.blockInput()) {
                    owners.put(member.element(), link);
                }
            }
        }
        Chain chain = new Chain(links, outside, owners);
        chain.addBytes(choices);
        return chain;
    }

    private void addBytes(Choices choices) {
        Map<Link, Long> fixed = new IdentityHashMap<>();
        for (Choice choice : choices.all()) {
            if (ChoiceGroup.isFixed(choice)) {
                fixed.merge(owner(choice), MemoryPlan.slotBytes(choice.bytes()), Long::sum);
            }
        }
        List<Link> all = new ArrayList<>(links);
        all.add(outside);
        for (Link link : all) {
            for (int i = 0; i < link.bytes.length; i++) {
                link.bytes[i] = fixed.getOrDefault(link, 0L)
                        + link.points.get(i).kept().stream()
                                .mapToObj(link.members::get)
                                .filter(member -> !ChoiceGroup.isFixed(member))
                                .mapToLong(member -> MemoryPlan.slotBytes(member.bytes()))
                                .sum();
            }
        }
    }

    /** The link that a choice belongs to. */
    Link owner(Choice choice) {
        return owners.getOrDefault(choice.element(), outside);
    }

    /** The points of the hull and some between them, both ends included. */
    private static List<GroupFront.Point> some(GroupFront front, int most) {
        List<GroupFront.Point> hull = Hull.of(front.points());
        Set<GroupFront.Point> some = new HashSet<>(spread(hull, most));
        some.addAll(spread(front.points(), most - some.size()));
        return front.points().stream().filter(some::contains).toList();
    }

    private static List<GroupFront.Point> spread(List<GroupFront.Point> points, int most) {
        if (points.size() <= most) {
            return points;
        }
        return IntStream.range(0, most)
                .mapToObj(i -> points.get((int) ((long) i * (points.size() - 1) / Math.max(1, most - 1))))
                .toList();
    }

    /** The choices that are kept when each link makes one of its points true. */
    Set<Choice> kept(ChainPlans.Selection selection) {
        Set<Choice> kept = new HashSet<>();
        outside.points.get(selection.outside()).kept().stream()
                .mapToObj(outside.members::get)
                .forEach(kept::add);
        for (int i = 0; i < links.size(); i++) {
            Link link = links.get(i);
            link.points.get(selection.points().get(i)).kept().stream()
                    .mapToObj(link.members::get)
                    .forEach(kept::add);
        }
        return kept;
    }
}
