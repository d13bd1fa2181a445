package dev.quipu.runtime.tokenizer.gguf;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** GGUF's key-value pairs about a tokenizer, checked as they are asked for. */
record Facts(String file, Map<String, Object> metadata) {
    static final String PREFIX = "tokenizer.ggml.";
    static final String CHAT_TEMPLATE = "tokenizer.chat_template";

    /** A key of its own beside the others. */
    Optional<String> chatTemplate() {
        return Optional.ofNullable(metadata.get(CHAT_TEMPLATE)).map(String::valueOf);
    }

    Optional<String> text(String key) {
        return value(key).map(value -> as(String.class, "text", key, value));
    }

    Optional<Boolean> flag(String key) {
        return value(key).map(value -> as(Boolean.class, "true or false", key, value));
    }

    /** A token's id below a vocabulary's size. */
    OptionalInt id(String key, int vocabulary) {
        Optional<Object> value = value(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        long id = as(Long.class, "a token's id", key, value.get());
        if (id < 0 || id >= vocabulary) {
            throw wrong(key, "a token of 0 to " + (vocabulary - 1), id);
        }
        return OptionalInt.of((int) id);
    }

    /** A list of values of one type; empty where there is none. */
    <T> List<T> list(String key, Class<T> type, String expected) {
        List<?> elements = value(key)
                .<List<?>>map(value -> as(List.class, "a list", key, value))
                .orElse(List.of());
        return elements.stream()
                .map(element -> as(type, expected, key, element))
                .toList();
    }

    private Optional<Object> value(String key) {
        return Optional.ofNullable(metadata.get(PREFIX + key));
    }

    private <T> T as(Class<T> type, String expected, String key, Object value) {
        if (!type.isInstance(value)) {
            throw wrong(key, expected, value);
        }
        return type.cast(value);
    }

    QuipuException wrong(String key, String expected, Object found) {
        return QuipuException.of(expected + " under " + PREFIX + key, Printable.of(String.valueOf(found)), file, "");
    }
}
