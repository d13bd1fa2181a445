package dev.quipu.codegen.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * Merges the innermost row dimension into the columns while rows are narrow: vectors need width. Only maps can be widened;
 * a reduction's width is its meaning.
 */
final class NarrowRows {
    private static final int WIDE_ENOUGH = 256;

    private NarrowRows() {}

    static RowProgram widen(RowProgram program) {
        RowProgram current = program;
        while (canWiden(current)) {
            current = widenOnce(current);
        }
        return current;
    }

    private static boolean canWiden(RowProgram program) {
        Space space = program.space();
        return !space.outer().isEmpty()
                && space.width() < WIDE_ENOUGH
                && program.steps().stream().allMatch(step -> switch (step) {
                    case Step.Load load -> mergeable(load.access(), space);
                    case Step.Store store -> mergeable(store.access(), space);
                    case Step.Map map -> !map.expression().names().contains(Step.COLUMN);
                    case Step.Reduce reduce -> false;
                });
    }

    private static boolean mergeable(Access access, Space space) {
        if (access.isMoved() && access.rowStrides().size() - 1 == Access.MOVED) {
            return false;
        }
        long innermost = access.rowStrides().getLast();
        return space.width() == 1
                ? innermost == 0 || innermost == 1
                : space.outer().getLast() == 1 || innermost == access.columnStride() * space.width();
    }

    private static RowProgram widenOnce(RowProgram program) {
        Space space = program.space();
        List<Integer> outer = space.outer().subList(0, space.outer().size() - 1);
        Space wider =
                new Space(outer, Math.multiplyExact(space.width(), space.outer().getLast()));
        List<Step> steps = new ArrayList<>();
        for (Step step : program.steps()) {
            steps.add(
                    switch (step) {
                        case Step.Load load -> new Step.Load(load.name(), merge(load.access(), space));
                        case Step.Store store ->
                            new Step.Store(store.name(), merge(store.access(), space), store.accumulate());
                        case Step.Map map -> map;
                        case Step.Reduce reduce -> reduce;
                    });
        }
        return new RowProgram(wider, program.buffers(), steps);
    }

    private static Access merge(Access access, Space space) {
        List<Long> strides = access.rowStrides();
        long column = space.width() == 1 ? strides.getLast() : access.columnStride();
        return new Access(
                access.buffer(),
                access.offset(),
                strides.subList(0, strides.size() - 1),
                column,
                access.positionBuffer(),
                access.positionStride(),
                access.positionLimit());
    }
}
