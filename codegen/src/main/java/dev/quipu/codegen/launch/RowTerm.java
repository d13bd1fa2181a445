package dev.quipu.codegen.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a row's place: {@code row / inner % size * stride}.
 *
 * @param inner rows that have the same coordinate, one after the other
 * @param size how many coordinates there are; 0 where no rows lie outside, so that no remainder is needed
 * @param stride in elements
 */
public record RowTerm(long inner, long size, long stride) {
    /** Neighbouring dimensions that are walked with one stride. */
    private record Run(long size, long stride) {}

    /** The terms of an access, innermost first, without those that are always 0 and without the moved dimension. */
    public static List<RowTerm> of(Access access, Space space) {
        List<RowTerm> terms = new ArrayList<>();
        long inner = 1;
        for (Run run : runs(access, space).reversed()) {
            if (run.stride() != 0 && run.size() > 1) {
                boolean outermost = inner * run.size() == space.rows();
                terms.add(new RowTerm(inner, outermost ? 0 : run.size(), run.stride()));
            }
            inner *= run.size();
        }
        return terms;
    }

    /** The number of a row within an outer dimension of more than one. */
    public static RowTerm coordinate(Space space, int dimension) {
        List<Integer> outer = space.outer();
        long inner = outer.subList(dimension + 1, outer.size()).stream()
                .mapToLong(Integer::longValue)
                .reduce(1, Math::multiplyExact);
        boolean outermost = inner * outer.get(dimension) == space.rows();
        return new RowTerm(inner, outermost ? 0 : outer.get(dimension), 1);
    }

    private static List<Run> runs(Access access, Space space) {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < space.outer().size(); i++) {
            boolean moved = access.isMoved() && i == Access.MOVED;
            Run run = new Run(
                    space.outer().get(i), moved ? 0 : access.rowStrides().get(i));
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && (last.size() == 1 || last.stride() == run.stride() * run.size())) {
                runs.set(runs.size() - 1, new Run(last.size() * run.size(), run.stride()));
            } else {
                runs.add(run);
            }
        }
        return runs;
    }
}
