package dev.quipu.codegen.launch;

import dev.quipu.dsl.formula.Expression;

/**
 * One step of a program over elements. Values have names; an expression may use the names of earlier steps and
 * {@link #COLUMN}. A value is one number a row when its access has column stride 0, when it is a reduction, or when it is a
 * map of nothing but such values; else it is one number an element.
 */
public sealed interface Step {
    /** The name of the column's number within the row, as a float. */
    String COLUMN = "column";

    String name();

    /** Reads a buffer; integers become floats. */
    record Load(String name, Access access) implements Step {}

    /** A value computed from others. */
    record Map(String name, Expression expression) implements Step {}

    /** A row's sum or maximum of a value; one number a row. The order of additions follows from the width alone. */
    record Reduce(String name, Reduction reduction, Expression expression) implements Step {}

    /** Writes a value; floats become integers towards zero where the buffer holds integers. */
    record Store(String name, Access access, boolean accumulate) implements Step {}

    /** How a row becomes one number. */
    enum Reduction {
        SUM,
        MAX
    }
}
