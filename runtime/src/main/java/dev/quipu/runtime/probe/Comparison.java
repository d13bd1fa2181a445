package dev.quipu.runtime.probe;

import dev.quipu.dsl.Type;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;
import java.util.function.Predicate;

/**
 * Two sets of named tensors, one against the other.
 *
 * @param tensors those of one name and shape, in the first set's order, equal ones too
 * @param reshaped those of one name whose types differ
 * @param onlyLeft names that only the first set has
 * @param onlyRight names that only the second set has
 */
public record Comparison(
        List<TensorDifference> tensors, List<Reshaped> reshaped, List<String> onlyLeft, List<String> onlyRight) {
    public Comparison {
        tensors = List.copyOf(tensors);
        reshaped = List.copyOf(reshaped);
        onlyLeft = List.copyOf(onlyLeft);
        onlyRight = List.copyOf(onlyRight);
    }

    /** A name and its two types. */
    public record Reshaped(String name, Type left, Type right) {}

    /** A tensor's elements by their place in row-major order. */
    record Values(String name, Type type, LongToDoubleFunction element) {}

    /** Compares all that two states hold: weights, and moments where both have them. */
    public static Comparison of(State left, State right) {
        return of(values(left), values(right));
    }

    private static List<Values> values(State state) {
        List<Values> values = new ArrayList<>();
        for (String name : state.names()) {
            Buffer buffer = state.read(name);
            values.add(new Values(name, state.type(name), buffer::getFloat));
        }
        return values;
    }

    static Comparison of(List<Values> left, List<Values> right) {
        Map<String, Values> others = new LinkedHashMap<>();
        right.forEach(values -> others.put(values.name(), values));
        List<TensorDifference> tensors = new ArrayList<>();
        List<Reshaped> reshaped = new ArrayList<>();
        List<String> onlyLeft = new ArrayList<>();
        for (Values one : left) {
            Values other = others.remove(one.name());
            if (other == null) {
                onlyLeft.add(one.name());
            } else if (one.type().dtype() == other.type().dtype()
                    && one.type().shape().sameSizes(other.type().shape())) {
                tensors.add(TensorDifference.of(one, other));
            } else {
                reshaped.add(new Reshaped(one.name(), one.type(), other.type()));
            }
        }
        return new Comparison(tensors, reshaped, onlyLeft, List.copyOf(others.keySet()));
    }

    /** The part of it whose names are wanted. */
    public Comparison select(Predicate<String> names) {
        return new Comparison(
                tensors.stream().filter(tensor -> names.test(tensor.name())).toList(),
                reshaped.stream().filter(tensor -> names.test(tensor.name())).toList(),
                onlyLeft.stream().filter(names).toList(),
                onlyRight.stream().filter(names).toList());
    }

    /** All names in it. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        reshaped.forEach(tensor -> names.add(tensor.name()));
        names.addAll(onlyLeft);
        names.addAll(onlyRight);
        return names;
    }

    /** Whether nothing differs. */
    public boolean isEqual() {
        return tensors.stream().allMatch(TensorDifference::isEqual)
                && reshaped.isEmpty()
                && onlyLeft.isEmpty()
                && onlyRight.isEmpty();
    }

    /** The first tensor that is not {@link TensorDifference#isWithin within} a tolerance. */
    public Optional<TensorDifference> firstBeyond(double tolerance) {
        return tensors.stream()
                .filter(difference -> !difference.isWithin(tolerance))
                .findFirst();
    }

    /** The tensor with the largest relative difference, if any differ. */
    public Optional<TensorDifference> largest() {
        return tensors.stream()
                .filter(difference -> !difference.isEqual())
                .max(Comparator.comparingDouble(TensorDifference::relative));
    }
}
