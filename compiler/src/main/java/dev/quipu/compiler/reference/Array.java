package dev.quipu.compiler.reference;

import dev.quipu.dsl.Type;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * A tensor's value in the reference interpreter: a type and its elements, row-major, in double precision. Elements of type i32
 * are held as doubles too, which is exact.
 */
public final class Array {
    private final Type type;
    private final double[] values;

    private Array(Type type, double[] values) {
        if (type.shape().elements() != values.length) {
            throw new AssertionError("expected the elements of " + type + ", found " + values.length);
        }
        this.type = type;
        this.values = values;
    }

    /** An array over these elements, which are not copied. */
    public static Array of(Type type, double... values) {
        return new Array(type, values);
    }

    /** An array whose element at each row-major place is a function of the place. */
    public static Array of(Type type, IntToDoubleFunction element) {
        double[] values = new double[Math.toIntExact(type.shape().elements())];
        Arrays.setAll(values, element);
        return new Array(type, values);
    }

    /** A copy of f32 elements, exactly. */
    public static Array of(Type type, float[] values) {
        double[] widened = new double[values.length];
        Arrays.setAll(widened, i -> values[i]);
        return new Array(type, widened);
    }

    public static Array zeros(Type type) {
        return new Array(type, new double[Math.toIntExact(type.shape().elements())]);
    }

    public Type type() {
        return type;
    }

    /** The elements themselves, not a copy: whoever changes them changes this array. */
    public double[] values() {
        return values;
    }

    public double get(int place) {
        return values[place];
    }

    public int size() {
        return values.length;
    }

    public Array copy() {
        return new Array(type, values.clone());
    }

    /** The same elements under another type. */
    Array as(Type other) {
        return new Array(other, values);
    }

    /** Bitwise equality of types' sizes and elements. */
    public boolean sameBits(Array other) {
        return type.dtype() == other.type.dtype()
                && type.shape().sameSizes(other.type.shape())
                && Arrays.equals(values, other.values);
    }

    /** The Euclidean norm of all elements. */
    public double norm() {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    @Override
    public String toString() {
        int shown = Math.min(values.length, 8);
        String text = Arrays.toString(Arrays.copyOf(values, shown));
        return type + " " + (shown < values.length ? text.replace("]", ", ...]") : text);
    }
}
