package dev.quipu.compiler.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The fronts of all groups of a graph. Groups of equal shape have the same one, found once.
 *
 * @param groups with the fronts at the same places
 * @param fixedBytes kept in any case
 */
record Fronts(List<ChoiceGroup> groups, List<GroupFront> fronts, long fixedBytes) {
    Fronts {
        groups = List.copyOf(groups);
        fronts = List.copyOf(fronts);
    }

    /**
     * Every group's front.
     *
     * @param decide what is not free
     */
    static Fronts of(Choices choices, Function<Choice, Decision> decide) {
        List<ChoiceGroup> groups = ChoiceGroup.of(choices);
        Map<List<Object>, GroupFront> known = new HashMap<>();
        List<GroupFront> fronts = new ArrayList<>();
        for (ChoiceGroup group : groups) {
            List<Object> shape =
                    group.shape(group.members().stream().map(decide).toList());
            fronts.add(known.computeIfAbsent(shape, key -> GroupFront.of(choices, group, decide)));
        }
        return new Fronts(groups, fronts, ChoiceGroup.fixedBytes(choices));
    }

    /** Whether {@link #whole} is a lower bound of every plan. */
    boolean isExact() {
        return fronts.stream().allMatch(GroupFront::exact);
    }

    /** One line of a group's hull: so many bytes more save so many seconds. */
    private record Line(long bytes, double seconds, double gain) {}

    /** The hull of the sums of all groups' hulls: from the fewest bytes on, what gains most by each byte comes first. */
    Front whole() {
        long bytes = fixedBytes;
        double seconds = 0;
        Map<GroupFront, List<Line>> known = new IdentityHashMap<>();
        List<Line> lines = new ArrayList<>();
        for (GroupFront front : fronts) {
            bytes += front.points().getLast().bytes();
            seconds += front.points().getLast().seconds();
            lines.addAll(known.computeIfAbsent(front, Fronts::lines));
        }
        lines.sort(Comparator.comparingDouble(Line::gain));
        List<Front.Point> points = new ArrayList<>();
        // from the end that is exactly 0 seconds when nothing is forbidden
        points.add(new Front.Point(bytes, seconds));
        for (Line line : lines) {
            bytes -= line.bytes;
            seconds += line.seconds;
            points.add(new Front.Point(bytes, seconds));
        }
        return new Front(points.reversed());
    }

    private static List<Line> lines(GroupFront front) {
        List<GroupFront.Point> hull = Hull.of(front.points());
        List<Line> lines = new ArrayList<>();
        for (int i = 1; i < hull.size(); i++) {
            GroupFront.Point left = hull.get(i - 1);
            GroupFront.Point right = hull.get(i);
            lines.add(new Line(right.bytes() - left.bytes(), left.seconds() - right.seconds(), Hull.gain(left, right)));
        }
        return lines;
    }
}
