package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The filters that chat templates use; others are refused by name when the template is read. */
final class Filters {
    private static final Set<String> NAMES = Set.of(
            "trim",
            "tojson",
            "length",
            "count",
            "upper",
            "lower",
            "capitalize",
            "title",
            "join",
            "first",
            "last",
            "list",
            "string",
            "int",
            "float",
            "default",
            "d",
            "replace",
            "select",
            "reject",
            "selectattr",
            "rejectattr",
            "map",
            "items",
            "safe",
            "indent",
            "reverse",
            "unique",
            "abs",
            "min",
            "max",
            "sum");

    private Filters() {}

    static void check(Token name) {
        if (!NAMES.contains(name.text())) {
            throw QuipuException.of(
                    "a filter that is supported ("
                            + String.join(", ", NAMES.stream().sorted().toList()) + ")",
                    name.text(),
                    "chat template, line " + name.line(),
                    "give a template by name with --chat-template");
        }
    }

    static Object apply(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        Object first = arguments.isEmpty() ? Nothing.NONE : arguments.getFirst();
        return switch (name) {
            case "trim" -> Methods.strip(Python.text(value), first, true, true);
            case "tojson" -> Json.text(value, named.getOrDefault("indent", first));
            case "length", "count" -> Python.length(value);
            case "upper" -> Python.text(value).toUpperCase(Locale.ROOT);
            case "lower" -> Python.text(value).toLowerCase(Locale.ROOT);
            case "capitalize" -> Methods.capitalized(Python.text(value));
            case "title" -> Methods.title(Python.text(value));
            case "join" ->
                String.join(
                        first == Nothing.NONE ? "" : Python.string(first),
                        Python.items(value).stream().map(Python::text).toList());
            case "first" -> Python.item(Python.items(value), 0L);
            case "last" -> Python.item(Python.items(value), -1L);
            case "list" -> Python.items(value);
            case "string" -> Python.text(value);
            case "safe" -> value;
            case "int" ->
                value instanceof String text ? (Object) Long.valueOf(text.strip()) : (long) Python.number(value);
            case "float" -> value instanceof String text ? (Object) Double.valueOf(text.strip()) : Python.number(value);
            case "default", "d" -> {
                boolean falsy = arguments.size() > 1
                        ? Python.truth(arguments.get(1))
                        : Python.truth(named.getOrDefault("boolean", false));
                yield value == Nothing.UNDEFINED || (falsy && !Python.truth(value))
                        ? first == Nothing.NONE && arguments.isEmpty() ? "" : first
                        : value;
            }
            case "replace" -> Python.text(value).replace(Python.string(first), Python.string(arguments.get(1)));
            case "select", "reject" -> chosen(value, name.equals("select"), null, arguments);
            case "selectattr", "rejectattr" ->
                chosen(value, name.equals("selectattr"), Python.string(first), arguments.subList(1, arguments.size()));
            case "map" -> mapped(value, arguments, named);
            case "items" -> Methods.items(value);
            case "indent" -> indented(Python.text(value), first, named);
            case "reverse" -> Python.slice(value, Nothing.NONE, Nothing.NONE, -1L);
            case "unique" -> unique(value);
            case "abs" -> value instanceof Double number ? (Object) Math.abs(number) : Math.abs(Python.integer(value));
            case "min" -> Python.items(value).stream().min(Python::compare).orElse(Nothing.UNDEFINED);
            case "max" -> Python.items(value).stream().max(Python::compare).orElse(Nothing.UNDEFINED);
            case "sum" ->
                Python.items(value).stream().mapToLong(Python::integer).sum();
            default -> throw new AssertionError(name);
        };
    }

    /** Items, or their attribute, that pass a test, or are true where none is named. */
    private static Object chosen(Object value, boolean wanted, String attribute, List<Object> arguments) {
        List<Object> chosen = new ArrayList<>();
        for (Object item : Python.items(value)) {
            Object tested = attribute == null ? item : Python.item(item, attribute);
            boolean holds = arguments.isEmpty()
                    ? Python.truth(tested)
                    : Tests.holds(
                            Tests.known(Python.string(arguments.getFirst())),
                            tested,
                            arguments.subList(1, arguments.size()));
            if (holds == wanted) {
                chosen.add(item);
            }
        }
        return chosen;
    }

    private static Object mapped(Object value, List<Object> arguments, Map<String, Object> named) {
        List<Object> mapped = new ArrayList<>();
        for (Object item : Python.items(value)) {
            if (named.containsKey("attribute")) {
                mapped.add(Python.item(item, named.get("attribute")));
            } else {
                String filter = Python.string(arguments.getFirst());
                check(new Token(Token.Kind.NAME, filter, 1));
                mapped.add(apply(filter, item, arguments.subList(1, arguments.size()), named));
            }
        }
        return mapped;
    }

    private static String indented(String text, Object first, Map<String, Object> named) {
        Object width = named.getOrDefault("width", first);
        String blanks = " ".repeat(width == Nothing.NONE ? 4 : (int) Python.integer(width));
        StringBuilder out = new StringBuilder();
        String[] lines = text.split("\n", -1);
        boolean all = Python.truth(named.getOrDefault("first", false));
        for (int i = 0; i < lines.length; i++) {
            boolean moved = (i > 0 || all) && !lines[i].isEmpty();
            out.append(i > 0 ? "\n" : "").append(moved ? blanks : "").append(lines[i]);
        }
        return out.toString();
    }

    private static List<Object> unique(Object value) {
        List<Object> seen = new ArrayList<>();
        for (Object item : Python.items(value)) {
            if (seen.stream().noneMatch(other -> Python.equal(other, item))) {
                seen.add(item);
            }
        }
        return seen;
    }
}
