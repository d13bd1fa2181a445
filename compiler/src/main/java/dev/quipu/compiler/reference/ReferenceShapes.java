package dev.quipu.compiler.reference;

import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import java.util.List;

/** Ops that move, repeat, add up or convert elements. */
final class ReferenceShapes {
    private ReferenceShapes() {}

    static Array transpose(Transpose op, Array x, Type type) {
        long[] inputStrides = x.type().shape().strides();
        long[] strides =
                op.permutation().stream().mapToLong(axis -> inputStrides[axis]).toArray();
        return gather(x, type, strides, 0);
    }

    static Array slice(Slice op, Array x, Type type) {
        long[] strides = x.type().shape().strides();
        return gather(x, type, strides, op.start() * strides[op.axis()]);
    }

    static Array broadcast(Array x, Type type) {
        return gather(x, type, Offsets.broadcast(x.type().shape(), type.shape()), 0);
    }

    static Array pad(Pad op, Array x, Type type) {
        Array padded = Array.zeros(type);
        scatter(x, padded, op.axis(), op.before());
        return padded;
    }

    static Array concat(int axis, List<Array> parts, Type type) {
        Array joined = Array.zeros(type);
        int start = 0;
        for (Array part : parts) {
            scatter(part, joined, axis, start);
            start += part.type().shape().size(axis);
        }
        return joined;
    }

    static Array sum(Sum op, Array x, Type type) {
        Shape shape = x.type().shape();
        long[] strides = type.shape().strides();
        op.axes().forEach(axis -> strides[axis] = 0);
        int[] places = Offsets.of(shape.sizes(), strides, 0);
        Array sums = Array.zeros(type);
        for (int i = 0; i < places.length; i++) {
            sums.values()[places[i]] += x.get(i);
        }
        return sums;
    }

    static Array cast(Array x, Type type) {
        if (x.type().dtype() == type.dtype()) {
            return x.as(type);
        }
        return switch (type.dtype()) {
            case I32 -> Array.of(type, i -> (int) x.get(i));
            case F32 -> Array.of(type, i -> (float) x.get(i));
            case BF16 -> Array.of(type, i -> BFloat16.round((float) x.get(i)));
            case INT8 -> throw new AssertionError("a cast to int8");
        };
    }

    private static Array gather(Array x, Type type, long[] strides, long start) {
        int[] places = Offsets.of(type.shape().sizes(), strides, start);
        return Array.of(type, i -> x.get(places[i]));
    }

    private static void scatter(Array x, Array into, int axis, int start) {
        long[] strides = into.type().shape().strides();
        int[] places = Offsets.of(x.type().shape().sizes(), strides, start * strides[axis]);
        for (int i = 0; i < places.length; i++) {
            into.values()[places[i]] = x.get(i);
        }
    }
}
