package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tests that chat templates use; others are refused by name when the template is read. */
final class Tests {
    private static final Set<String> NAMES = Set.of(
            "defined",
            "undefined",
            "none",
            "string",
            "number",
            "integer",
            "float",
            "boolean",
            "true",
            "false",
            "mapping",
            "iterable",
            "sequence",
            "callable",
            "odd",
            "even",
            "equalto",
            "eq",
            "==",
            "ne",
            "!=",
            "in",
            "lt",
            "le",
            "gt",
            "ge",
            "sameas",
            "divisibleby");

    private Tests() {}

    static void check(Token name) {
        if (!NAMES.contains(name.text())) {
            throw unknown(name.text(), "chat template, line " + name.line());
        }
    }

    /** A test that a filter names. */
    static String known(String name) {
        if (!NAMES.contains(name)) {
            throw unknown(name, "chat template");
        }
        return name;
    }

    private static QuipuException unknown(String name, String where) {
        return QuipuException.of(
                "a test that is supported ("
                        + String.join(", ", NAMES.stream().sorted().toList()) + ")",
                name,
                where,
                "give a template by name with --chat-template");
    }

    static boolean holds(String name, Object value, List<Object> arguments) {
        return switch (name) {
            case "defined" -> value != Nothing.UNDEFINED;
            case "undefined" -> value == Nothing.UNDEFINED;
            case "none" -> value == Nothing.NONE;
            case "string" -> value instanceof String;
            case "number" -> Python.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "mapping" -> value instanceof Map;
            case "iterable", "sequence" ->
                value instanceof List || value instanceof Map || value instanceof String || value == Nothing.UNDEFINED;
            case "callable" -> value instanceof Callable;
            case "odd" -> Math.floorMod(Python.integer(value), 2) == 1;
            case "even" -> Math.floorMod(Python.integer(value), 2) == 0;
            case "equalto", "eq", "==" -> Python.equal(value, arguments.getFirst());
            case "ne", "!=" -> !Python.equal(value, arguments.getFirst());
            case "in" -> Python.contains(arguments.getFirst(), value);
            case "lt" -> Python.compare(value, arguments.getFirst()) < 0;
            case "le" -> Python.compare(value, arguments.getFirst()) <= 0;
            case "gt" -> Python.compare(value, arguments.getFirst()) > 0;
            case "ge" -> Python.compare(value, arguments.getFirst()) >= 0;
            case "sameas" -> value.equals(arguments.getFirst());
            case "divisibleby" -> Math.floorMod(Python.integer(value), Python.integer(arguments.getFirst())) == 0;
            default -> throw new AssertionError(name);
        };
    }
}
