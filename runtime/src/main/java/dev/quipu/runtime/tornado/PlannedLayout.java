package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.device.RepeatedNames;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Where state would lie if a program were the first to allocate it. */
public final class PlannedLayout implements StateLayout {
    private final Map<String, Part> parts = new HashMap<>();

    /**
     * @param types of the program's state, by name
     */
    public PlannedLayout(Map<String, Type> types) {
        Set<String> arrays = new HashSet<>();
        for (RepeatedNames.Run run : RepeatedNames.runs(types)) {
            String array = run.arrayName(arrays);
            arrays.add(array);
            long elements = run.stride() * run.names().size();
            for (int i = 0; i < run.names().size(); i++) {
                parts.put(run.names().get(i), new Part(array, elements, i * run.stride()));
            }
        }
    }

    @Override
    public Part of(String state) {
        return parts.get(state);
    }
}
