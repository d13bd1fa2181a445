package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The functions that {@code transformers} gives to chat templates, and Jinja's own. */
final class Functions {
    private static final int LONGEST_RANGE = 100_000;

    private Functions() {}

    static Map<String, Object> all(Supplier<ZonedDateTime> now) {
        Map<String, Object> functions = new LinkedHashMap<>();
        functions.put("raise_exception", (Callable) (positional, named) -> {
            throw new QuipuException("the chat template refuses: " + Python.text(positional.getFirst()));
        });
        functions.put("strftime_now", (Callable)
                (positional, named) -> time(now.get(), Python.string(positional.getFirst())));
        functions.put("namespace", (Callable) (positional, named) -> new Namespace(named));
        functions.put("dict", (Callable) (positional, named) -> new LinkedHashMap<>(named));
        functions.put("range", (Callable) (positional, named) -> range(positional));
        return functions;
    }

    private static List<Object> range(List<Object> arguments) {
        long from = arguments.size() > 1 ? Python.integer(arguments.getFirst()) : 0;
        long to = Python.integer(arguments.get(arguments.size() > 1 ? 1 : 0));
        long step = arguments.size() > 2 ? Python.integer(arguments.get(2)) : 1;
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            if (step == 0 || numbers.size() > LONGEST_RANGE) {
                throw Python.refused("a range of at most " + LONGEST_RANGE, to);
            }
            numbers.add(i);
        }
        return numbers;
    }

    /** C's format of a time. */
    private static String time(ZonedDateTime now, String format) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char next = format.charAt(at++);
            if (next != '%') {
                out.append(next);
                continue;
            }
            boolean bare = at < format.length() && format.charAt(at) == '-';
            at += bare ? 1 : 0;
            String pattern = pattern(at < format.length() ? format.charAt(at) : ' ', format);
            at++;
            out.append(now.format(DateTimeFormatter.ofPattern(
                    bare && pattern.length() == 2 ? pattern.substring(1) : pattern, Locale.ENGLISH)));
        }
        return out.toString();
    }

    private static String pattern(char code, String format) {
        return switch (code) {
            case 'd' -> "dd";
            case 'm' -> "MM";
            case 'y' -> "yy";
            case 'Y' -> "yyyy";
            case 'b' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case '%' -> "'%'";
            default -> throw Python.refused("a format of a time that is supported", format);
        };
    }
}
