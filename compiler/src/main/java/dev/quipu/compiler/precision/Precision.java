package dev.quipu.compiler.precision;

import java.util.Locale;

/** What the factors of matrix products and of attention are rounded to. Sums, and everything else, are f32 in each. */
public enum Precision {
    /** Not at all. */
    F32,
    /** To 10 bits behind the point, by the device as it multiplies: the graph does not show it. */
    TF32,
    /** To {@link dev.quipu.dsl.DType#BF16}, by casts that the graph shows: see {@link ProductInputs}. */
    BF16;

    /** {@code f32}, as on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
