package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import java.util.List;
import java.util.function.Supplier;

/** The checks that shape rules share. */
final class Expect {
    private Expect() {}

    static void that(boolean holds, String expected, Object found) {
        that(holds, expected, found, "");
    }

    static void that(boolean holds, String expected, Object found, String remedy) {
        if (!holds) {
            throw new ShapeMismatch(expected, found.toString(), remedy);
        }
    }

    /** As the others, for messages that cost more than the check: shape rules run at every node of every stage. */
    static void that(boolean holds, Supplier<String> expected, Supplier<String> found) {
        that(holds, expected, found, "");
    }

    static void that(boolean holds, Supplier<String> expected, Supplier<String> found, String remedy) {
        if (!holds) {
            throw new ShapeMismatch(expected.get(), found.get(), remedy);
        }
    }

    static void count(List<Type> inputs, int least, int most) {
        if (inputs.size() >= least && inputs.size() <= most) {
            return;
        }
        String expected = most == Integer.MAX_VALUE
                ? "at least " + inputCount(least)
                : least == most ? inputCount(least) : least + " to " + inputCount(most);
        throw new ShapeMismatch(expected, Integer.toString(inputs.size()), "");
    }

    private static String inputCount(int count) {
        return count + (count == 1 ? " input" : " inputs");
    }

    static void f32(Type type) {
        that(type.dtype() == DType.F32, "numbers of type f32", type, "cast(F32) converts");
    }

    /** A type that products read, the same for all of them. */
    static void f32OrBf16(List<Type> types) {
        for (Type type : types) {
            boolean fits = type.dtype() == DType.F32 || type.dtype() == DType.BF16;
            that(fits, "numbers of type f32 or bf16", type, "cast(F32) converts");
            that(type.dtype() == types.getFirst().dtype(), "inputs of one type", types, "cast converts");
        }
    }

    static void i32(Type type) {
        that(type.dtype() == DType.I32, "integers of type i32", type, "cast(I32) converts");
    }

    static void rank(Type type, int least, String meaning) {
        that(type.shape().rank() >= least, meaning, type);
    }

    /** One position for each row of the batch, the first dimension of another input. */
    static void positions(Type type, Type rows) {
        boolean fits = type.dtype() == DType.I32
                && type.shape().rank() == 1
                && type.shape().size(0) == rows.shape().size(0);
        that(
                fits,
                () -> "a position for each row of the batch, i32["
                        + rows.shape().dim(0) + "]",
                type::toString);
    }

    static int size(long size) {
        that(size <= Integer.MAX_VALUE, "a dimension below 2^31", size);
        return (int) size;
    }

    /** The same element type and the same sizes. */
    static void like(Type expected, Type found, String meaning) {
        boolean like = expected.dtype() == found.dtype() && expected.shape().sameSizes(found.shape());
        that(like, () -> meaning + " of type " + expected, found::toString);
    }
}
