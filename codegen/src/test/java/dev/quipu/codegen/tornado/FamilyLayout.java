package dev.quipu.codegen.tornado;

import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** State whose names differ only in the layer's number in one array, without gaps. */
public record FamilyLayout(Map<String, Type> types, Map<String, List<String>> families) implements StateLayout {
    public static FamilyLayout of(Map<String, Type> types) {
        Map<String, List<String>> families = new LinkedHashMap<>();
        types.keySet()
                .forEach(name -> families.computeIfAbsent(family(name), key -> new ArrayList<>())
                        .add(name));
        return new FamilyLayout(types, families);
    }

    private static String family(String name) {
        return name.replaceFirst("\\.\\d+\\.", ".*.");
    }

    @Override
    public Part of(String state) {
        List<String> members = families.get(family(state));
        long elements = types.get(state).shape().elements();
        return new Part(family(state), elements * members.size(), elements * members.indexOf(state));
    }
}
