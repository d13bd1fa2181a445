package dev.quipu.compiler.precision;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the factors of matrix products and of attention are rounded to. Sums, and everything else, are f32 in each. */
public enum Precision {
    /** Not at all. */
    F32,
    /** To 10 bits behind the point, by the device as it multiplies: the graph does not show it. */
    TF32,
    /** To {@link dev.quipu.dsl.DType#BF16}, by casts that the graph shows: see {@link ProductInputs}. */
    BF16;

    /**
     * By the name that {@link #toString} gives.
     *
     * @throws QuipuException for another one
     */
    public static Precision named(String name) {
        List<String> names = Stream.of(values()).map(Precision::toString).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw NearestNames.unknown("a precision", name, names);
        }
        return values()[index];
    }

    /** {@code f32}, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
