package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Statement;
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
        add(KernelTree.place(statement), form, why);
    }

    void add(String place, String form, String why) {
        lines.add(kernel + ", " + place + ": " + form + ": " + why);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
