package dev.quipu.runtime.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/** Attributes that a statement inside a loop may set for those behind it. */
record Namespace(Map<String, Object> attributes) {
    Namespace {
        attributes = new HashMap<>(attributes);
    }
}
