package dev.quipu.codegen.tornado;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.lang.model.SourceVersion;

/** The names that a kernel's variables have in its method: their own, or with a number where a parameter has it. */
final class KernelNames {
    private final Map<String, String> printed = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    @SafeVarargs
    KernelNames(Collection<String>... parameters) {
        for (Collection<String> names : parameters) {
            taken.addAll(names);
        }
    }

    /** Lets a variable be printed under a parameter's name. */
    void bind(String variable, String parameter) {
        printed.put(variable, parameter);
    }

    String of(String variable) {
        return printed.computeIfAbsent(variable, this::fresh);
    }

    private String fresh(String wanted) {
        String base = SourceVersion.isKeyword(wanted) ? wanted + "_" : wanted;
        String name = base;
        for (int i = 2; !taken.add(name); i++) {
            name = base + i;
        }
        return name;
    }
}
