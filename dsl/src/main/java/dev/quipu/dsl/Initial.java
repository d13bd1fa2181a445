package dev.quipu.dsl;

/** Where a parameter's first values come from. */
public sealed interface Initial {
    /** Independent normal numbers of mean zero. */
    record Normal(double deviation) implements Initial {}

    /** One value everywhere. */
    record Constant(double value) implements Initial {}
}
