package dev.quipu.runtime.chat.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Methods that Python's texts and dictionaries have and chat templates call. */
final class Methods {
    private Methods() {}

    static Optional<Callable> of(Object base, String name) {
        return switch (base) {
            case String text -> Optional.of((positional, named) -> ofText(text, name, positional));
            case Map<?, ?> map -> ofMap(map, name);
            default -> Optional.empty();
        };
    }

    private static Object ofText(String text, String name, List<Object> arguments) {
        Object first = arguments.isEmpty() ? Nothing.NONE : arguments.getFirst();
        return switch (name) {
            case "strip" -> strip(text, first, true, true);
            case "lstrip" -> strip(text, first, true, false);
            case "rstrip" -> strip(text, first, false, true);
            case "split" -> split(text, first, arguments.size() > 1 ? (int) Python.integer(arguments.get(1)) : -1);
            case "splitlines" -> new ArrayList<Object>(text.lines().toList());
            case "startswith" -> text.startsWith(Python.string(first));
            case "endswith" -> text.endsWith(Python.string(first));
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "title" -> title(text);
            case "capitalize" -> capitalized(text);
            case "replace" -> text.replace(Python.string(first), Python.string(arguments.get(1)));
            case "find" -> (long) text.indexOf(Python.string(first));
            case "count" -> (long) text.split(Pattern.quote(Python.string(first)), -1).length - 1;
            case "join" ->
                String.join(
                        text, Python.items(first).stream().map(Python::string).toList());
            default -> throw Python.refused("a method of a text that is supported", name);
        };
    }

    private static Optional<Callable> ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> Optional.of((positional, named) -> items(map));
            case "keys" -> Optional.of((positional, named) -> Python.items(map));
            case "values" -> Optional.of((positional, named) -> new ArrayList<>(map.values()));
            case "get" ->
                Optional.of((positional, named) -> {
                    Object value = Python.item(map, positional.getFirst());
                    Object usual = positional.size() > 1 ? positional.get(1) : Nothing.NONE;
                    return value == Nothing.UNDEFINED ? usual : value;
                });
            default -> Optional.empty();
        };
    }

    static List<Object> items(Object value) {
        List<Object> items = new ArrayList<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> items.add(List.of(key, item)));
        } else if (value != Nothing.UNDEFINED) {
            throw Python.refused("a map", value);
        }
        return items;
    }

    /** @param characters to take away, or {@link Nothing#NONE} for white space */
    static String strip(String text, Object characters, boolean left, boolean right) {
        int begin = 0;
        int end = text.length();
        while (left && begin < end && strips(text.charAt(begin), characters)) {
            begin++;
        }
        while (right && end > begin && strips(text.charAt(end - 1), characters)) {
            end--;
        }
        return text.substring(begin, end);
    }

    private static boolean strips(char c, Object characters) {
        return characters == Nothing.NONE
                ? Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085'
                : Python.string(characters).indexOf(c) >= 0;
    }

    /** @param most splits, or -1 */
    private static Object split(String text, Object separator, int most) {
        int limit = most < 0 ? -1 : most + 1;
        if (separator == Nothing.NONE) {
            String stripped = strip(text, Nothing.NONE, true, true);
            return stripped.isEmpty()
                    ? new ArrayList<>()
                    : new ArrayList<Object>(Arrays.asList(stripped.split("\\s+", limit)));
        }
        return new ArrayList<Object>(Arrays.asList(text.split(Pattern.quote(Python.string(separator)), limit)));
    }

    static String capitalized(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String text) {
        return Pattern.compile("\\p{L}+").matcher(text).replaceAll(word -> capitalized(word.group()));
    }
}
