package dev.quipu.dsl.catalog;

import dev.quipu.dsl.QuipuException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pattern for dotted names: {@code *} stands for any characters, dots included, {@code ?} for one.
 *
 * @param text such as {@code layers.*.attention.wq.weight}
 */
public record Glob(String text) {
    private static final Pattern NUMBER = Pattern.compile("(?<=^|\\.)\\d+(?=\\.|$)");

    public Glob {
        if (text.isBlank()) {
            throw QuipuException.of("a name, in which * stands for any characters", "nothing", "pattern", "");
        }
    }

    public boolean matches(String name) {
        return pattern().matcher(name).matches();
    }

    private Pattern pattern() {
        return Pattern.compile(text.chars()
                .mapToObj(letter ->
                        letter == '*' ? ".*" : letter == '?' ? "." : Pattern.quote(Character.toString(letter)))
                .collect(Collectors.joining()));
    }

    /**
     * The names that match, in their order.
     *
     * @param expected what they name, for the message
     * @throws QuipuException with the nearest patterns that match something, when none does
     */
    public Set<String> select(Collection<String> names, String expected) {
        Pattern pattern = pattern();
        Set<String> selected = new LinkedHashSet<>();
        for (String name : names) {
            if (pattern.matcher(name).matches()) {
                selected.add(name);
            }
        }
        if (selected.isEmpty()) {
            throw NearestNames.unknown(expected, text, text.startsWith("*") ? tails(names) : numberless(names));
        }
        return selected;
    }

    /** The names with a star for each number, since layers have the same parts. */
    private static Set<String> numberless(Collection<String> names) {
        return names.stream()
                .map(name -> NUMBER.matcher(name).replaceAll("*"))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Patterns for the names' ends. */
    private static Set<String> tails(Collection<String> names) {
        Set<String> tails = new LinkedHashSet<>();
        for (String name : numberless(names)) {
            for (int dot = name.lastIndexOf('.'); dot >= 0; dot = name.lastIndexOf('.', dot - 1)) {
                if (!name.startsWith(".*", dot)) {
                    tails.add("*" + name.substring(dot));
                }
            }
        }
        return tails.isEmpty() ? numberless(names) : tails;
    }

    @Override
    public String toString() {
        return text;
    }
}
