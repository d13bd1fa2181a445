package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A part of a JSON file that knows where it stands, so that whatever is wrong is named by its path.
 *
 * @param node missing where the file does not have the part
 * @param file for messages
 * @param path such as {@code pre_tokenizer.pretokenizers[0].pattern}; empty for the whole file
 */
record JsonPart(JsonNode node, String file, String path) {
    private static final int LONGEST_EXCERPT = 60;

    /** The whole of a file, which holds an object. */
    static JsonPart read(byte[] bytes, String file) {
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(bytes);
        } catch (JacksonException e) {
            throw new QuipuException(file + ": expected JSON, found " + Printable.of(e.getOriginalMessage()), e);
        }
        JsonPart whole = new JsonPart(node, file, "");
        if (!node.isObject()) {
            throw whole.refused("a JSON object");
        }
        return whole;
    }

    JsonPart at(String name) {
        return new JsonPart(node.path(name), file, path.isEmpty() ? name : path + "." + name);
    }

    /** An element of an array. */
    JsonPart at(int index) {
        return new JsonPart(node.path(index), file, path + "[" + index + "]");
    }

    /** Whether the part is missing or null. */
    boolean isAbsent() {
        return node.isMissingNode() || node.isNull();
    }

    String text() {
        if (!node.isString()) {
            throw refused("a text");
        }
        return node.stringValue();
    }

    /** A text of one character. */
    char character() {
        String text = text();
        if (text.length() != 1) {
            throw refused("one character");
        }
        return text.charAt(0);
    }

    boolean flag() {
        if (!node.isBoolean()) {
            throw refused("true or false");
        }
        return node.booleanValue();
    }

    boolean flag(boolean otherwise) {
        return isAbsent() ? otherwise : flag();
    }

    /** A number from 0 on. */
    int count() {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw refused("a number from 0 on");
        }
        return node.intValue();
    }

    /** The elements of an array. */
    List<JsonPart> items() {
        if (!node.isArray()) {
            throw refused("an array");
        }
        List<JsonPart> items = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            items.add(at(i));
        }
        return items;
    }

    /** Checks that this is an object. */
    JsonPart object() {
        if (!node.isObject()) {
            throw refused("an object");
        }
        return this;
    }

    /** The value of "type". */
    String type() {
        return object().at("type").text();
    }

    /** Refuses every member that is not named here. */
    JsonPart only(String... names) {
        Set<String> known = Set.of(names);
        for (String name : object().node.propertyNames()) {
            if (!known.contains(name)) {
                throw at(name).refused("only " + String.join(", ", names));
            }
        }
        return this;
    }

    /** Refuses a member that is there, unless it is null or empty text. */
    void without(String name) {
        JsonPart part = at(name);
        if (!part.isAbsent()
                && !(part.node.isString() && part.node.stringValue().isEmpty())) {
            throw part.refused("none");
        }
    }

    QuipuException refused(String expected) {
        String found = node.isMissingNode() ? "nothing" : node.toString();
        String excerpt = found.length() <= LONGEST_EXCERPT
                ? found
                : found.substring(0, LONGEST_EXCERPT).strip() + "...";
        String where = file + (path.isEmpty() ? "" : ": " + Printable.of(path));
        return QuipuException.of(expected, Printable.of(excerpt), where, "");
    }
}
