package dev.quipu.codegen.tornado;

import dev.quipu.codegen.kernel.FreshNames;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The names that a kernel's variables have in its method: their own, or with a number where a parameter has it. */
final class KernelNames {
    private final Map<String, String> printed = new HashMap<>();
    private final FreshNames fresh = new FreshNames();

    @SafeVarargs
    KernelNames(Collection<String>... parameters) {
        for (Collection<String> names : parameters) {
            fresh.take(names);
        }
    }

    /** Lets a variable be printed under a parameter's name. */
    void bind(String variable, String parameter) {
        printed.put(variable, parameter);
    }

    String of(String variable) {
        return printed.computeIfAbsent(variable, fresh::of);
    }
}
