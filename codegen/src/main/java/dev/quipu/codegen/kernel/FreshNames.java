package dev.quipu.codegen.kernel;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import javax.lang.model.SourceVersion;

/** Gives out names of Java variables, each once. */
public final class FreshNames {
    private final Set<String> taken = new HashSet<>();

    /** Keeps a name from being given out. */
    public void take(String name) {
        taken.add(name);
    }

    /** Keeps names from being given out. */
    public void take(Collection<String> names) {
        taken.addAll(names);
    }

    /** A name that nobody has: {@code wanted}, or with a number behind it. */
    public String of(String wanted) {
        String base = SourceVersion.isKeyword(wanted) ? wanted + "_" : wanted;
        String name = base;
        for (int i = 2; !taken.add(name); i++) {
            name = base + i;
        }
        return name;
    }
}
