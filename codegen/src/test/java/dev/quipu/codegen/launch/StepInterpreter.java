package dev.quipu.codegen.launch;

import dev.quipu.codegen.launch.LaunchInterpreter.Memory;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** The steps of a program, row by row. */
final class StepInterpreter {
    private final List<Buffer> layout;
    private final List<Memory> buffers;
    private final Space space;
    private final List<Step> steps;

    StepInterpreter(List<Buffer> layout, List<Memory> buffers, Space space, List<Step> steps) {
        this.layout = layout;
        this.buffers = buffers;
        this.space = space;
        this.steps = steps;
    }

    void rows(Random order) {
        rows(order, null);
    }

    /** All rows in any order; {@code product} holds the values of a matrix product's elements, or is null. */
    void rows(Random order, double[][] product) {
        List<Integer> rows = new ArrayList<>(
                IntStream.range(0, Math.toIntExact(space.rows())).boxed().toList());
        Collections.shuffle(rows, order);
        for (int row : rows) {
            Map<String, double[]> values =
                    values(row, product == null ? Map.of() : Map.of(MatrixProduct.PRODUCT, product[row]));
            for (Step step : steps) {
                if (step instanceof Step.Store store) {
                    store(store, row, values.get(store.name()));
                }
            }
        }
    }

    /** All values of a row, one for each column. */
    Map<String, double[]> values(long row, Map<String, double[]> given) {
        Map<String, double[]> values = new HashMap<>(given);
        values.put(
                Step.COLUMN, IntStream.range(0, space.width()).asDoubleStream().toArray());
        for (Step step : steps) {
            switch (step) {
                case Step.Load load -> {
                    Memory memory = buffers.get(load.access().buffer());
                    values.put(load.name(), fill(column -> memory.get(place(load.access(), row, column))));
                }
                case Step.Map map -> values.put(map.name(), fill(column -> evaluate(map.expression(), values, column)));
                case Step.Reduce reduce -> {
                    double[] elements = fill(column -> evaluate(reduce.expression(), values, column));
                    double total = reduce.reduction() == Step.Reduction.SUM
                            ? Arrays.stream(elements).sum()
                            : Arrays.stream(elements).max().orElseThrow();
                    values.put(reduce.name(), fill(column -> total));
                }
                case Step.Store store -> {}
            }
        }
        return values;
    }

    private interface Element {
        double at(int column);
    }

    private double[] fill(Element element) {
        return IntStream.range(0, space.width()).mapToDouble(element::at).toArray();
    }

    private void store(Step.Store store, long row, double[] values) {
        Access access = store.access();
        Memory memory = buffers.get(access.buffer());
        boolean integers = layout.get(access.buffer()).dtype() == DType.I32;
        for (int column = 0; column < (access.isRowValue() ? 1 : space.width()); column++) {
            if (access.isMoved() && moved(access, row) >= access.positionLimit()) {
                continue;
            }
            long place = place(access, row, column);
            double value = values[column] + (store.accumulate() ? memory.get(place) : 0);
            memory.set(place, integers ? (int) value : value);
        }
    }

    private long place(Access access, long row, int column) {
        long place = access.offset() + access.columnStride() * column;
        long rest = row;
        for (int i = space.outer().size() - 1; i >= 0; i--) {
            boolean moved = access.isMoved() && i == Access.MOVED;
            long index = moved
                    ? Math.min(moved(access, row), access.positionLimit() - 1)
                    : rest % space.outer().get(i);
            place += access.rowStrides().get(i) * index;
            rest /= space.outer().get(i);
        }
        return place;
    }

    /** The number of a moved row: its sequence's position and its own number. */
    private long moved(Access access, long row) {
        long position = (long) buffers.get(access.positionBuffer()).get(coordinate(row, Access.SEQUENCES));
        return position + coordinate(row, Access.MOVED);
    }

    private long coordinate(long row, int dimension) {
        long inner = space.outer().stream()
                .skip(dimension + 1L)
                .mapToLong(size -> size)
                .reduce(1, Math::multiplyExact);
        return row / inner % space.outer().get(dimension);
    }

    static double evaluate(Expression expression, Map<String, double[]> values, int column) {
        Map<String, Double> numbers = new HashMap<>();
        expression.names().forEach(name -> numbers.put(name, values.get(name)[column]));
        return expression.evaluate(numbers);
    }
}
