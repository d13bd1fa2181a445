package dev.quipu.runtime.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** JSON laid out as Python's {@code json.dumps(value, ensure_ascii=False)} does. */
final class Json {
    private Json() {}

    /** @param indent blanks of a level, or {@link Nothing#NONE} for one line */
    static String text(Object value, Object indent) {
        return text(value, indent == Nothing.NONE ? -1 : (int) Python.integer(indent), 0);
    }

    private static String text(Object value, int indent, int level) {
        return switch (value) {
            case List<?> list -> {
                List<String> parts = new ArrayList<>();
                list.forEach(item -> parts.add(text(item, indent, level + 1)));
                yield joined(parts, "[", "]", indent, level);
            }
            case Map<?, ?> map -> {
                List<String> parts = new ArrayList<>();
                map.forEach((key, item) ->
                        parts.add(JsonMapper.shared().writeValueAsString(key) + ": " + text(item, indent, level + 1)));
                yield joined(parts, "{", "}", indent, level);
            }
            case Nothing nothing when nothing == Nothing.NONE -> "null";
            case String text -> JsonMapper.shared().writeValueAsString(text);
            case Boolean truth -> truth.toString();
            case Long number -> number.toString();
            case Double number -> number.toString();
            default -> throw Python.refused("a value that JSON knows", value);
        };
    }

    private static String joined(List<String> parts, String open, String close, int indent, int level) {
        if (indent < 0 || parts.isEmpty()) {
            return open + String.join(", ", parts) + close;
        }
        String inner = "\n" + " ".repeat(indent * (level + 1));
        return open + inner + String.join("," + inner, parts) + "\n" + " ".repeat(indent * level) + close;
    }
}
