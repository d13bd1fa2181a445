package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.KernelType.Kind;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Follows the ranges of ints through a kernel and refuses what TornadoVM translates wrongly for negative ones, and accesses
 * that are outside of an array whatever happens.
 */
final class SubsetRanges {
    private static final int LEFT_BYTES = Short.BYTES * Value.Matrix.ROWS * Value.Matrix.DEPTH;
    private static final int RIGHT_BYTES = Short.BYTES * Value.Matrix.DEPTH * Value.Matrix.COLUMNS;

    private final GpuKernel kernel;
    private final Refusals refusals;
    private final Map<String, Integer> elements = new HashMap<>();

    /** Nothing is refused while the ranges at a loop's beginning are still being found. */
    private int searching;

    SubsetRanges(GpuKernel kernel, Refusals refusals) {
        this.kernel = kernel;
        this.refusals = refusals;
    }

    void check() {
        Map<String, Range> ranges = new HashMap<>();
        kernel.memories().forEach(memory -> ranges.put(memory.base().name(), Range.NATURAL));
        block(kernel.body(), ranges);
    }

    /** Follows statements; {@code ranges} is changed to what holds behind them. */
    private void block(List<Statement> statements, Map<String, Range> ranges) {
        statements.forEach(statement -> statement(statement, ranges));
    }

    private void statement(Statement statement, Map<String, Range> ranges) {
        Ranges values = new Ranges(statement, ranges);
        switch (statement) {
            case Statement.Declare declare -> ranges.put(declare.variable().name(), values.of(declare.value()));
            case Statement.Assign assign -> ranges.put(assign.variable().name(), values.of(assign.value()));
            case Statement.Store store -> {
                values.of(store.value());
                values.access(store.memory(), store.address());
            }
            case Statement.StoreMatrix store -> {
                values.of(store.sums());
                values.access(store.memory(), store.address());
            }
            case Statement.For loop -> loop(loop, values.of(loop.from()), values.of(loop.to()), ranges);
            case Statement.If choice -> {
                values.of(choice.condition());
                Map<String, Range> then = new HashMap<>(ranges);
                Map<String, Range> otherwise = new HashMap<>(ranges);
                assume(choice.condition(), values, then);
                block(choice.then(), then);
                block(choice.otherwise(), otherwise);
                ranges.replaceAll((name, range) -> then.get(name).union(otherwise.get(name)));
            }
            case Statement.Allocate allocate -> elements.put(allocate.array().name(), allocate.elements());
            case Statement.Call call -> throw new AssertionError(call);
            case Statement.Comment comment -> {}
            case Statement.Barrier barrier -> {}
        }
    }

    /**
     * What a loop sets may be, in its body, what it was before or what a run of the body makes of it: first it is taken to stay
     * as it is, then to stay natural, then to be anything.
     */
    private void loop(Statement.For loop, Range from, Range to, Map<String, Range> ranges) {
        if (to.most() <= from.least()) {
            return;
        }
        Set<String> set = assigned(loop.body());
        Map<String, Range> start = new HashMap<>(ranges);
        start.put(loop.variable().name(), new Range(from.least(), Math.max(from.least(), to.most() - 1)));
        searching++;
        boolean stable = false;
        while (!stable) {
            Map<String, Range> end = new HashMap<>(start);
            block(loop.body(), end);
            stable = true;
            for (String name : set) {
                Range before = start.get(name);
                if (before != null && !before.union(end.get(name)).equals(before)) {
                    boolean natural = !before.mayBeNegative() && !end.get(name).mayBeNegative();
                    start.put(name, natural ? Range.NATURAL : Range.ANY);
                    stable = false;
                }
            }
        }
        searching--;
        block(loop.body(), new HashMap<>(start));
        set.forEach(name -> ranges.computeIfPresent(name, (same, before) -> before.union(start.get(same))));
    }

    private static Set<String> assigned(List<Statement> statements) {
        Set<String> assigned = new TreeSet<>();
        KernelTree.visit(statements, statement -> {
            if (statement instanceof Statement.Assign assign) {
                assigned.add(assign.variable().name());
            }
        });
        return assigned;
    }

    /** Narrows variables to what a condition says of them. */
    private static void assume(Value condition, Ranges values, Map<String, Range> ranges) {
        if (condition instanceof Value.Binary both && both.operator() == BinaryOperator.AND) {
            assume(both.left(), values, ranges);
            assume(both.right(), values, ranges);
        } else if (condition instanceof Value.Compare compare
                && compare.left().type().kind() == Kind.INT) {
            narrow(compare.left(), compare.comparison(), values.of(compare.right()), ranges);
            narrow(compare.right(), mirrored(compare.comparison()), values.of(compare.left()), ranges);
        }
    }

    private static void narrow(Value value, Comparison comparison, Range other, Map<String, Range> ranges) {
        if (value instanceof Value.Variable variable) {
            Range before = ranges.get(variable.name());
            long least = switch (comparison) {
                case LESS, LESS_OR_EQUAL -> before.least();
                case GREATER -> Math.max(before.least(), other.least() + 1);
                case GREATER_OR_EQUAL, EQUAL -> Math.max(before.least(), other.least());
            };
            long most = switch (comparison) {
                case GREATER, GREATER_OR_EQUAL -> before.most();
                case LESS -> Math.min(before.most(), other.most() - 1);
                case LESS_OR_EQUAL, EQUAL -> Math.min(before.most(), other.most());
            };
            if (least <= most) { // else nothing runs here
                ranges.put(variable.name(), new Range(least, most));
            }
        }
    }

    private static Comparison mirrored(Comparison comparison) {
        return switch (comparison) {
            case LESS -> Comparison.GREATER;
            case LESS_OR_EQUAL -> Comparison.GREATER_OR_EQUAL;
            case GREATER -> Comparison.LESS;
            case GREATER_OR_EQUAL -> Comparison.LESS_OR_EQUAL;
            case EQUAL -> Comparison.EQUAL;
        };
    }

    /** Ranges of a statement's values. */
    private final class Ranges {
        private final Statement statement;
        private final Map<String, Range> variables;

        private Ranges(Statement statement, Map<String, Range> variables) {
            this.statement = statement;
            this.variables = variables;
        }

        /** The range of a value, ANY for one that is no int; what it is computed from is checked. */
        private Range of(Value value) {
            return switch (value) {
                case Value.Variable variable -> variables.getOrDefault(variable.name(), Range.ANY);
                case Value.Literal literal ->
                    literal.type().kind() == Kind.INT ? Range.of((long) literal.value()) : Range.ANY;
                case Value.WorkItem item ->
                    switch (item.numbering()) {
                        case GROUP -> new Range(0, kernel.groups() - 1L);
                        case ITEM -> new Range(0, kernel.items() - 1L);
                    };
                case Value.Unary unary -> unary(unary);
                case Value.Binary binary -> binary(binary);
                case Value.Compare compare -> {
                    of(compare.left());
                    of(compare.right());
                    yield Range.ANY;
                }
                case Value.Select select -> {
                    of(select.condition());
                    yield of(select.then()).union(of(select.otherwise()));
                }
                case Value.Load load -> {
                    access(load.memory(), load.address());
                    yield Range.ANY;
                }
                case Value.Pair pair -> {
                    of(pair.low());
                    of(pair.high());
                    yield Range.ANY;
                }
                case Value.Matrix matrix -> matrix(matrix);
                case Value.Fma fma -> throw new AssertionError(fma);
                case Value.Splat splat -> throw new AssertionError(splat);
                case Value.LaneNumbers numbers -> throw new AssertionError(numbers);
                case Value.Shuffle shuffle -> throw new AssertionError(shuffle);
                case Value.FirstLane first -> throw new AssertionError(first);
                case Value.LoadBytes load -> throw new AssertionError(load);
            };
        }

        private Range matrix(Value.Matrix matrix) {
            switch (matrix.operator()) {
                case LOAD_LEFT -> bytes(matrix, LEFT_BYTES);
                case LOAD_RIGHT -> bytes(matrix, RIGHT_BYTES);
                case ZEROS, MULTIPLY_ADD -> matrix.operands().forEach(this::of);
            }
            return Range.ANY;
        }

        /** A load of so many bytes. */
        private void bytes(Value.Matrix matrix, int bytes) {
            Range range = of(matrix.operands().getLast());
            String array = Refusals.name(matrix.operands().getFirst());
            int size = Integer.BYTES * elements.get(array);
            if (range.most() < 0 || range.least() + bytes > size) {
                refuse(bytes + " bytes of " + array + " from byte " + range.least(), "it has " + size);
            }
        }

        private void access(Value memory, Value address) {
            Range range = of(address);
            Integer size = elements.get(Refusals.name(memory));
            boolean outside = size == null ? range.most() < 0 : range.most() < 0 || range.least() >= size;
            if (outside) {
                String where = range.isOne() ? "element " + range.least() : "elements from " + range.least();
                refuse(where + " of " + Refusals.name(memory), size == null ? "negative" : "it has " + size);
            }
        }

        private Range unary(Value.Unary unary) {
            Range range = of(unary.argument());
            if (unary.type().kind() != Kind.INT || unary.operator() == Value.UnaryOperator.TO_INT) {
                return Range.ANY;
            }
            return unary.operator() == Value.UnaryOperator.ABS ? range.larger(range.negated()) : range.negated();
        }

        private Range binary(Value.Binary binary) {
            if (binary.type().kind() != Kind.INT) {
                of(binary.left());
                of(binary.right());
                return Range.ANY;
            }
            if (binary.operator() == BinaryOperator.AND) {
                return masked(binary);
            }
            Range left = of(binary.left());
            Range right = of(binary.right());
            return switch (binary.operator()) {
                case ADD -> left.plus(right);
                case SUBTRACT -> left.plus(right.negated());
                case MULTIPLY -> left.times(right);
                case MIN -> left.smaller(right);
                case MAX -> left.larger(right);
                case SHIFT_LEFT -> left.times(Range.of(1L << right.least()));
                case DIVIDE -> {
                    divisible(binary, left);
                    yield left.dividedBy(right);
                }
                case REMAINDER -> {
                    divisible(binary, left);
                    yield left.modulo(right);
                }
                case SHIFT_RIGHT -> {
                    if (left.mayBeNegative()) {
                        refuse(
                                "SHIFT_RIGHT of what may be negative",
                                "PTX shifts zeros in; only (x >> k) & mask is safe");
                    }
                    yield left.shiftedRight((int) right.least());
                }
                case AND -> throw new AssertionError(binary);
            };
        }

        /** A mask that lets none of the bits pass that were shifted in makes any shift safe. */
        private Range masked(Value.Binary mask) {
            Range right = of(mask.right());
            if (mask.left() instanceof Value.Binary shift
                    && shift.operator() == BinaryOperator.SHIFT_RIGHT
                    && shift.right() instanceof Value.Literal by
                    && right.least() >= 0
                    && right.most() < 1L << (Integer.SIZE - (int) by.value())) {
                of(shift.left());
                return new Range(0, right.most());
            }
            return of(mask.left()).and(right);
        }

        private void divisible(Value.Binary division, Range left) {
            boolean odd = division.right() instanceof Value.Literal by
                    && by.value() > 0
                    && Long.bitCount((long) by.value()) > 1;
            if (left.mayBeNegative() && !odd) {
                refuse(
                        division.operator() + " of what may be negative",
                        "by a power of two, or what may become one, it is translated to a wrong shift");
            }
        }

        private void refuse(String form, String why) {
            if (searching == 0) {
                refusals.add(statement, form, why);
            }
        }
    }
}
