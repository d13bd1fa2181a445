package dev.quipu.runtime.chat.jinja;

import java.util.List;
import java.util.Map;

/** What can be called: a function, a macro, a method. */
@FunctionalInterface
public interface Callable {
    /** Calls it with positional and named arguments; values are those of {@link JinjaTemplate#render}. */
    Object call(List<Object> positional, Map<String, Object> named);
}
