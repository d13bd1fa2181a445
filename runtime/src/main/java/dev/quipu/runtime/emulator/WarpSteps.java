package dev.quipu.runtime.emulator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What work-items did with matrix units since the last barrier: all of a warp should have done the same. */
final class WarpSteps {
    /** An operation, without what the work-items of a warp may differ in. */
    private record Step(int line, List<Object> operands) {}

    private final List<List<Step>> steps = new ArrayList<>();
    private boolean any;

    WarpSteps(int items) {
        for (int i = 0; i < items; i++) {
            steps.add(new ArrayList<>());
        }
    }

    void add(int item, int line, List<Object> operands) {
        any = true;
        steps.get(item).add(new Step(line, operands));
    }

    /** Reports, for each warp, the first work-item that did something else than the warp's first one; then forgets all. */
    void compare(Launch launch) {
        if (!any) {
            return;
        }
        for (int warp = 0; warp < steps.size(); warp += MatrixUnit.WARP) {
            if (warp + MatrixUnit.WARP > steps.size()) {
                incomplete(launch, warp);
            } else {
                compare(launch, warp);
            }
        }
        steps.forEach(List::clear);
        any = false;
    }

    private void incomplete(Launch launch, int warp) {
        String words = "a warp is " + MatrixUnit.WARP + " work-items, and here are " + (steps.size() - warp);
        steps.get(warp).stream().findFirst().ifPresent(step -> report(launch, step, words));
    }

    private void compare(Launch launch, int warp) {
        List<Step> first = steps.get(warp);
        for (int item = warp + 1; item < warp + MatrixUnit.WARP; item++) {
            List<Step> other = steps.get(item);
            int same = same(first, other);
            if (same < first.size() || same < other.size()) {
                Step step = Stream.of(first, other)
                        .flatMap(list -> list.stream().skip(same).limit(1))
                        .min(Comparator.comparingInt(Step::line))
                        .orElseThrow();
                report(
                        launch,
                        step,
                        "work-items " + warp + " and " + item
                                + " of a warp do not both come here with the same operands");
                return;
            }
        }
    }

    /** How many steps two work-items have in common. */
    private static int same(List<Step> first, List<Step> other) {
        int same = 0;
        while (same < Math.min(first.size(), other.size()) && first.get(same).equals(other.get(same))) {
            same++;
        }
        return same;
    }

    private static void report(Launch launch, Step step, String detail) {
        Report.tell(FaultKind.MATRIX, Optional.of(launch.meetingAt(step.line())), detail);
    }
}
