package dev.quipu.runtime.device;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the names that differ only in the number of a layer. */
public final class RepeatedNames {
    /** The outermost number is the layer's: {@code layers.3.experts.0.weight} repeats over 3. */
    private static final Pattern NUMBERED = Pattern.compile("(.*?\\.)?(\\d+)(\\..*)?");

    /** Elements of a run, so that devices whose arrays are numbered by {@code int} can hold it in one. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

    /**
     * Names of equal types whose numbers follow each other, few enough for one array, or one name.
     *
     * @param type of each; the shape of the first
     */
    public record Run(List<String> names, Type type) {
        /** The only name, or that of all with a star for the number. */
        public String name() {
            String first = names.getFirst();
            Matcher numbered = NUMBERED.matcher(first);
            return names.size() > 1 && numbered.matches()
                    ? first.substring(0, numbered.start(2)) + "*" + first.substring(numbered.end(2))
                    : first;
        }

        /** {@link #name}, numbered where it is taken. */
        public String arrayName(Set<String> taken) {
            String name = name();
            for (int i = 2; taken.contains(name); i++) {
                name = name() + "." + i;
            }
            return name;
        }

        /** Elements from the beginning of one to the beginning of the next. */
        public long stride() {
            return Buffer.stride(type.dtype(), type.storedElements());
        }
    }

    /** Everything that must agree for names to be one run. */
    private record Family(String before, String after, DType dtype, List<Integer> sizes) {}

    private RepeatedNames() {}

    /** Divides names into runs. */
    public static List<Run> runs(Map<String, Type> types) {
        Map<Family, NavigableMap<Integer, String>> families = new LinkedHashMap<>();
        List<Run> runs = new ArrayList<>();
        types.forEach((name, type) -> {
            Matcher numbered = NUMBERED.matcher(name);
            if (numbered.matches() && numbered.group(2).length() < 10) {
                List<Integer> sizes =
                        type.shape().dims().stream().map(Dim::size).toList();
                Family family = new Family(numbered.group(1), numbered.group(3), type.dtype(), sizes);
                families.computeIfAbsent(family, key -> new TreeMap<>()).put(Integer.valueOf(numbered.group(2)), name);
            } else {
                runs.add(new Run(List.of(name), type));
            }
        });
        families.values().forEach(family -> split(family, types, runs));
        return runs;
    }

    private static void split(NavigableMap<Integer, String> family, Map<String, Type> types, List<Run> runs) {
        List<String> names = new ArrayList<>();
        int previous = 0;
        long stride = new Run(names, types.get(family.firstEntry().getValue())).stride();
        for (Map.Entry<Integer, String> member : family.entrySet()) {
            boolean full = stride * (names.size() + 1) > MOST_ELEMENTS;
            if (!names.isEmpty() && (full || member.getKey() != previous + 1)) {
                runs.add(new Run(List.copyOf(names), types.get(names.getFirst())));
                names.clear();
            }
            names.add(member.getValue());
            previous = member.getKey();
        }
        runs.add(new Run(List.copyOf(names), types.get(names.getFirst())));
    }
}
