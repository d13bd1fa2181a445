package dev.quipu.dsl.text;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Function;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.RopeScaling;
import java.util.List;

/** What an op's attribute may be. */
enum AttributeKind {
    INT(int.class, "a whole number"),
    LONG(long.class, "a whole number"),
    FLOAT(float.class, "a number"),
    DOUBLE(double.class, "a number"),
    BOOLEAN(boolean.class, "true or false"),
    STRING(String.class, "a text between quotes"),
    INTEGERS(List.class, "whole numbers such as [0, 2, 1]"),
    DIM(Dim.class, "one dimension such as [head=8]"),
    SHAPE(Shape.class, "dimensions such as [batch=2, head=8]"),
    TYPE(Type.class, "a type such as f32[batch=2, head=8]"),
    DTYPE(DType.class, "f32, bf16, int8 or i32"),
    FORMULA(Formula.class, "a formula between quotes"),
    ROPE_SCALING(RopeScaling.class, "four numbers such as [8, 1, 4, 8192]"),
    FUNCTION(Function.class, "a function that stands above");

    private final Class<?> type;
    private final String expected;

    AttributeKind(Class<?> type, String expected) {
        this.type = type;
        this.expected = expected;
    }

    /** For messages. */
    String expected() {
        return expected;
    }

    /** The kind of a record component of that type. */
    static AttributeKind of(Class<?> type) {
        for (AttributeKind kind : values()) {
            if (kind.type == type) {
                return kind;
            }
        }
        throw new AssertionError("an op has an attribute of " + type + ", which has no text form");
    }
}
