package dev.quipu.runtime.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/** Variables; a name that is not set here is looked up outside. */
final class Scope {
    private final Scope outer;
    private final Map<String, Object> values = new HashMap<>();

    Scope(Map<String, ?> values) {
        this.outer = null;
        this.values.putAll(values);
    }

    Scope(Scope outer) {
        this.outer = outer;
    }

    Object get(String name) {
        Object value = values.get(name);
        return value != null ? value : outer == null ? Nothing.UNDEFINED : outer.get(name);
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
