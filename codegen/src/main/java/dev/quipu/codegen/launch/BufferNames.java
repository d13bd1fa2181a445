package dev.quipu.codegen.launch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names of buffers in generated source: after the value that is first loaded from them or stored to them. */
public final class BufferNames {
    private BufferNames() {}

    /**
     * Names of a launch's buffers.
     *
     * @param roles of the first buffers, for those that no step names
     */
    public static List<String> of(List<Buffer> buffers, List<Step> steps, String... roles) {
        List<String> names = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < buffers.size(); i++) {
            String role = i < roles.length ? roles[i] : "other" + i;
            String name = name(i, steps, role);
            String unique = taken.add(name) ? name : name + i;
            taken.add(unique);
            names.add(unique);
        }
        return names;
    }

    private static String name(int buffer, List<Step> steps, String role) {
        for (Step step : steps) {
            switch (step) {
                case Step.Load load
                when load.access().buffer() == buffer -> {
                    return load.name();
                }
                case Step.Store store
                when store.access().buffer() == buffer -> {
                    return store.name();
                }
                case Step.Load load
                when load.access().positionBuffer() == buffer -> {
                    return "position";
                }
                case Step.Store store
                when store.access().positionBuffer() == buffer -> {
                    return "position";
                }
                default -> {}
            }
        }
        return role;
    }
}
