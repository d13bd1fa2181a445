package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the files beside a model file that tell how it is used. What it does not name has no effect on ids. Nor has
 * {@code add_eos_token}: a prompt is there to be continued, and in training every text ends with that token.
 */
final class TokenizerConfigReader {
    static final String CONFIG = "tokenizer_config.json";
    private static final String ADDED_TOKENS = "added_tokens.json";
    private static final String SPECIAL_TOKENS = "special_tokens_map.json";
    private static final String GENERATION = "generation_config.json";
    private static final String CHAT_TEMPLATE = "chat_template.jinja";

    /** The files that are read. */
    static final List<String> FILES = List.of(CONFIG, ADDED_TOKENS, SPECIAL_TOKENS, GENERATION, CHAT_TEMPLATE);

    private static final String DEFAULT_TEMPLATE = "default";

    private TokenizerConfigReader() {}

    /** Reads the files by their names. */
    static TokenizerConfig read(Map<String, byte[]> files) {
        TokenizerConfig unsaid = TokenizerConfig.DEFAULT;
        JsonNode config = json(files, CONFIG);
        JsonNode specials = json(files, SPECIAL_TOKENS);
        JsonNode added = config.path("added_tokens_decoder");
        return new TokenizerConfig(
                flag(config, "add_bos_token", unsaid.beginsPrompts()),
                flag(config, "legacy", unsaid.spaceBehindSpecials()),
                flag(config, "add_prefix_space", unsaid.addsSpace()),
                name(config, "bos_token").or(() -> name(specials, "bos_token")),
                name(config, "eos_token").or(() -> name(specials, "eos_token")),
                ends(json(files, GENERATION).path("eos_token_id")),
                added.isObject() ? described(added) : named(json(files, ADDED_TOKENS)),
                files.containsKey(CHAT_TEMPLATE)
                        ? Optional.of(new String(files.get(CHAT_TEMPLATE), StandardCharsets.UTF_8))
                        : template(config.path("chat_template")));
    }

    private static Set<Integer> ends(JsonNode ids) {
        Set<Integer> ends = new LinkedHashSet<>();
        if (ids.isArray()) {
            ids.forEach(id -> ends.add(id(id.toString())));
        } else if (!ids.isMissingNode() && !ids.isNull()) {
            ends.add(id(ids.toString()));
        }
        return ends;
    }

    /** A template, or the one of several that is named so. */
    private static Optional<String> template(JsonNode template) {
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (!template.isArray()) {
            return Optional.of(text(template, "chat_template"));
        }
        return template.valueStream()
                .filter(named -> named.path("name").asString("").equals(DEFAULT_TEMPLATE))
                .map(named -> text(named.path("template"), "template"))
                .findFirst();
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
        added.forEachEntry((text, id) -> tokens.add(new AddedToken(id(id.toString()), text, true, false, false)));
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
            throw new QuipuException("tokenizer: expected the id of a token, found " + id, e);
        }
    }
}
