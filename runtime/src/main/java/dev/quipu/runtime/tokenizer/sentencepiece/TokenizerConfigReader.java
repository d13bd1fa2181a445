package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the files beside a model file that tell how it is used. What it does not name has no effect on ids. */
final class TokenizerConfigReader {
    static final String CONFIG = "tokenizer_config.json";
    static final String ADDED_TOKENS = "added_tokens.json";

    private TokenizerConfigReader() {}

    /** Reads the files by their names. */
    static TokenizerConfig read(Map<String, byte[]> files) {
        TokenizerConfig unsaid = TokenizerConfig.DEFAULT;
        JsonNode config = json(files, CONFIG);
        JsonNode added = config.path("added_tokens_decoder");
        return new TokenizerConfig(
                flag(config, "add_bos_token", unsaid.beginsPrompts()),
                flag(config, "add_eos_token", unsaid.endsPrompts()),
                flag(config, "legacy", unsaid.spaceBehindSpecials()),
                flag(config, "add_prefix_space", unsaid.addsSpace()),
                name(config, "bos_token"),
                name(config, "eos_token"),
                added.isObject() ? described(added) : named(json(files, ADDED_TOKENS)));
    }

    private static JsonNode json(Map<String, byte[]> files, String name) {
        if (!files.containsKey(name)) {
            return JsonMapper.shared().createObjectNode();
        }
        try {
            return JsonMapper.shared().readTree(files.get(name));
        } catch (JacksonException e) {
            throw new QuipuException(name + ": expected JSON, found " + e.getOriginalMessage(), e);
        }
    }

    private static boolean flag(JsonNode node, String name, boolean unsaid) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return unsaid;
        }
        if (!value.isBoolean()) {
            throw QuipuException.of("\"" + name + "\": true or false", value.toString(), CONFIG, "");
        }
        return value.booleanValue();
    }

    /** A token's name, given as text or as an object with its content; null for none. */
    private static Optional<Optional<String>> name(JsonNode config, String name) {
        JsonNode value = config.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (value.isNull()) {
            return Optional.of(Optional.empty());
        }
        return Optional.of(Optional.of(text(value.isObject() ? value.path("content") : value, name)));
    }

    private static String text(JsonNode value, String name) {
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw QuipuException.of("a token's text as \"" + name + "\"", value.toString(), CONFIG, "");
        }
        return value.stringValue();
    }

    private static List<AddedToken> described(JsonNode added) {
        List<AddedToken> tokens = new ArrayList<>();
        added.forEachEntry((id, token) -> tokens.add(new AddedToken(
                id(id),
                text(token.path("content"), "content"),
                flag(token, "special", false),
                flag(token, "lstrip", false),
                flag(token, "rstrip", false))));
        return sorted(tokens);
    }

    private static List<AddedToken> named(JsonNode added) {
        List<AddedToken> tokens = new ArrayList<>();
        added.forEachEntry(
                (text, id) -> tokens.add(new AddedToken(id(id.toString()), text, true, false, false)));
        return sorted(tokens);
    }

    private static List<AddedToken> sorted(List<AddedToken> tokens) {
        tokens.sort(Comparator.comparingInt(AddedToken::id));
        return tokens;
    }

    private static int id(String id) {
        try {
            return Integer.parseUnsignedInt(id);
        } catch (NumberFormatException e) {
            throw new QuipuException("added tokens: expected the id of a token, found " + id, e);
        }
    }
}
