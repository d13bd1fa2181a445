package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import java.util.List;

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

    static void count(List<Type> inputs, int least, int most) {
        String wanted = least == most ? least + " inputs" : least + " to " + most + " inputs";
        that(inputs.size() >= least && inputs.size() <= most, wanted, inputs.size());
    }

    static void f32(Type type) {
        that(type.dtype() == DType.F32, "numbers of type f32", type, "cast(F32) converts");
    }

    static void i32(Type type) {
        that(type.dtype() == DType.I32, "integers of type i32", type, "cast(I32) converts");
    }

    static void rank(Type type, int least, String meaning) {
        that(type.shape().rank() >= least, meaning, type);
    }

    static void sameSizes(Type expected, Type found, String meaning) {
        that(expected.shape().sameSizes(found.shape()), meaning + " of shape " + expected.shape(), found);
    }
}
