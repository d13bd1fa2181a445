package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.ReadState;
import java.util.Arrays;

/**
 * A tensor that a row starts from.
 *
 * @param state whether it is read from state rather than given as an input
 */
record Leaf(String name, Type type, Values values, boolean state) {
    /** Reads {@code "batch=2 sequence=7"}, f32 unless {@code "i32 "} stands before. */
    static Type type(String text) {
        boolean integers = text.startsWith("i32 ");
        Dim[] dims = Arrays.stream(text.substring(integers ? 4 : 0).split(" "))
                .map(dim -> dim.split("="))
                .map(parts -> new Dim(parts[0], Integer.parseInt(parts[1])))
                .toArray(Dim[]::new);
        return new Type(integers ? DType.I32 : DType.F32, Shape.of(dims));
    }

    boolean isNumber() {
        return type.dtype() == DType.F32;
    }

    Tensor tensor() {
        return state ? Tensor.apply(new ReadState(name, type)).output(0) : Tensor.input(name, type);
    }

    Array array(String row) {
        return values.array(type, (row + "/" + name).hashCode());
    }
}
