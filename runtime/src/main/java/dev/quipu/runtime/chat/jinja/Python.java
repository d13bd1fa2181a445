package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What Python makes of values: texts are String, whole numbers Long, others Double, truth values Boolean, lists List, dictionaries
 * Map with keys of type String, and {@link Nothing}.
 */
final class Python {
    private Python() {}

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Nothing nothing -> false;
            default -> true;
        };
    }

    /** {@code str(value)}. */
    static String text(Object value) {
        return value instanceof String text ? text : value == Nothing.UNDEFINED ? "" : shown(value);
    }

    /** {@code repr(value)}. */
    private static String shown(Object value) {
        return switch (value) {
            case String text -> quoted(text);
            case Boolean truth -> truth ? "True" : "False";
            case Nothing nothing -> nothing == Nothing.NONE ? "None" : "Undefined";
            case List<?> list ->
                "[" + String.join(", ", list.stream().map(Python::shown).toList()) + "]";
            case Map<?, ?> map ->
                "{"
                        + String.join(
                                ", ",
                                map.entrySet().stream()
                                        .map(entry -> shown(entry.getKey()) + ": " + shown(entry.getValue()))
                                        .toList())
                        + "}";
            case Long number -> number.toString();
            case Double number -> number.toString();
            default -> throw refused("a value that can be printed", value);
        };
    }

    private static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder out = new StringBuilder().append(quote);
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                case '\\' -> out.append("\\\\");
                default -> out.append(c == quote ? "\\" : "").append((char) c);
            }
        });
        return out.append(quote).toString();
    }

    static boolean equal(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return number(left) == number(right);
        }
        return left.equals(right);
    }

    /** Truth values are numbers too. */
    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double number(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case Boolean truth -> truth ? 1 : 0;
            default -> throw refused("a number", value);
        };
    }

    static long integer(Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean truth -> truth ? 1 : 0;
            default -> throw refused("a whole number", value);
        };
    }

    static String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw refused("text", value);
    }

    static int compare(Object left, Object right) {
        if (left instanceof String first && right instanceof String second) {
            return first.compareTo(second);
        }
        return Double.compare(number(left), number(right));
    }

    static boolean contains(Object collection, Object item) {
        return switch (collection) {
            case String text -> text.contains(string(item));
            case Map<?, ?> map -> map.containsKey(item);
            default -> items(collection).stream().anyMatch(each -> equal(each, item));
        };
    }

    /** What a loop over a value sees. */
    static List<Object> items(Object value) {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String text ->
                new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
            case Nothing nothing when nothing == Nothing.UNDEFINED -> new ArrayList<>();
            default -> throw refused("a list", value);
        };
    }

    static long length(Object value) {
        return value instanceof String text
                ? text.codePointCount(0, text.length())
                : items(value).size();
    }

    static Object item(Object base, Object index) {
        if (base instanceof Map<?, ?> map) {
            return map.containsKey(index) ? map.get(index) : Nothing.UNDEFINED;
        }
        if (base == Nothing.UNDEFINED) {
            throw refused("a value that is defined", base);
        }
        if ((base instanceof List || base instanceof String) && index instanceof Long number) {
            List<Object> items = items(base);
            long place = number < 0 ? number + items.size() : number;
            return place >= 0 && place < items.size() ? items.get((int) place) : Nothing.UNDEFINED;
        }
        return Nothing.UNDEFINED;
    }

    /** {@code base[from:to:step]}; {@link Nothing#NONE} for what is left out. */
    static Object slice(Object base, Object from, Object to, Object step) {
        List<Object> items = items(base);
        long stride = step == Nothing.NONE ? 1 : integer(step);
        if (stride == 0) {
            throw refused("a step that is not 0", step);
        }
        long lowest = stride > 0 ? 0 : -1;
        long highest = stride > 0 ? items.size() : items.size() - 1L;
        long first = from == Nothing.NONE ? (stride > 0 ? lowest : highest) : place(from, items, lowest, highest);
        long end = to == Nothing.NONE ? (stride > 0 ? highest : lowest) : place(to, items, lowest, highest);
        List<Object> taken = new ArrayList<>();
        for (long i = first; stride > 0 ? i < end : i > end; i += stride) {
            taken.add(items.get((int) i));
        }
        return base instanceof String
                ? String.join("", taken.stream().map(Python::text).toList())
                : taken;
    }

    private static long place(Object index, List<Object> items, long lowest, long highest) {
        long number = integer(index);
        return Math.clamp(number < 0 ? number + items.size() : number, lowest, highest);
    }

    /** The mistake of a value of the wrong kind. The renderer knows the line. */
    static QuipuException refused(String expected, Object found) {
        String shown = found instanceof Nothing nothing && nothing == Nothing.UNDEFINED
                ? "an undefined value"
                : found instanceof String || isNumber(found) || found instanceof Nothing
                        ? shown(found)
                        : found instanceof List ? "a list" : found instanceof Map ? "a map" : "a function";
        return QuipuException.of(expected, shown, "chat template", "");
    }
}
