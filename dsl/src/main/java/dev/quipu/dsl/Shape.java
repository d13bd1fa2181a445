package dev.quipu.dsl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The dimensions of a tensor, outermost first; elements are stored row-major without gaps. */
public record Shape(List<Dim> dims) {
    public Shape {
        dims = List.copyOf(dims);
    }

    public static Shape of(Dim... dims) {
        return new Shape(Arrays.asList(dims));
    }

    /** The shape of one number: a single dimension of size 1. */
    public static Shape scalar() {
        return of(new Dim("one", 1));
    }

    public int rank() {
        return dims.size();
    }

    /** Axis counted from the end when negative: {@code dim(-1)} is the innermost. */
    public Dim dim(int axis) {
        int index = axis < 0 ? axis + rank() : axis;
        if (index < 0 || index >= rank()) {
            throw QuipuException.of(
                    "an axis of " + this,
                    Integer.toString(axis),
                    Origin.ofCaller().toString(),
                    "");
        }
        return dims.get(index);
    }

    public int size(int axis) {
        return dim(axis).size();
    }

    public Dim last() {
        return dim(-1);
    }

    /** Product of all sizes. */
    public long elements() {
        long product = 1;
        for (Dim dim : dims) {
            product = Math.multiplyExact(product, (long) dim.size());
        }
        return product;
    }

    /** Number of innermost rows: the product of all sizes but the last. */
    public long rows() {
        return rank() == 0 ? 1 : elements() / last().size();
    }

    public Shape with(int axis, Dim dim) {
        List<Dim> changed = new ArrayList<>(dims);
        changed.set(axis < 0 ? axis + rank() : axis, dim);
        return new Shape(changed);
    }

    public Shape append(Dim dim) {
        List<Dim> longer = new ArrayList<>(dims);
        longer.add(dim);
        return new Shape(longer);
    }

    /** Axes {@code from} (inclusive) to {@code to} (exclusive). */
    public Shape sub(int from, int to) {
        return new Shape(dims.subList(from, to));
    }

    /** The axis with that name, or -1. */
    public int axis(String name) {
        for (int i = 0; i < rank(); i++) {
            if (dims.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Sizes agree; names may differ. */
    public boolean sameSizes(Shape other) {
        if (rank() != other.rank()) {
            return false;
        }
        for (int i = 0; i < rank(); i++) {
            if (dims.get(i).size() != other.dims.get(i).size()) {
                return false;
            }
        }
        return true;
    }

    public int[] sizes() {
        return dims.stream().mapToInt(Dim::size).toArray();
    }

    /** Row-major strides in elements. */
    public long[] strides() {
        long[] strides = new long[rank()];
        long stride = 1;
        for (int i = rank() - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims.get(i).size();
        }
        return strides;
    }

    /** By hand, as in {@link Type}. */
    @Override
    public boolean equals(Object object) {
        return this == object || (object instanceof Shape other && dims.equals(other.dims));
    }

    @Override
    public int hashCode() {
        return dims.hashCode();
    }

    @Override
    public String toString() {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
