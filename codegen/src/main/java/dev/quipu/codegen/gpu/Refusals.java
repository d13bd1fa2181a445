package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Why a kernel is none for GPUs: one line for each form that it must not have. */
final class Refusals {
    private final String kernel;
    private final Set<String> lines = new LinkedHashSet<>();

    Refusals(String kernel) {
        this.kernel = kernel;
    }

    void add(Statement statement, String form, String why) {
        add(place(statement), form, why);
    }

    void add(String place, String form, String why) {
        lines.add(kernel + ", " + place + ": " + form + ": " + why);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** Where in the kernel a statement is, for messages. */
    public static String place(Statement statement) {
        return switch (statement) {
            case Statement.Declare declare -> "value of " + declare.variable().name();
            case Statement.Assign assign -> "value of " + assign.variable().name();
            case Statement.Store store -> "store to " + name(store.memory());
            case Statement.StoreMatrix store -> "store of sums to " + name(store.memory());
            case Statement.For loop -> "loop of " + loop.variable().name();
            case Statement.If choice -> "condition";
            case Statement.Call call -> "call of " + call.method();
            case Statement.Comment comment -> "comment";
            case Statement.Allocate allocate -> "array " + allocate.array().name();
            case Statement.Barrier barrier -> "barrier";
        };
    }

    public static String name(Value value) {
        return value instanceof Value.Variable variable ? variable.name() : "what is no variable";
    }
}
