package dev.quipu.runtime.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.MissingNode;

/**
 * What the files beside a {@code tokenizer.json} say of it. Of {@code tokenizer_config.json} only this is read; its other
 * entries tell how Hugging Face's classes behave, not which tokens a text has.
 *
 * @param begin the name of the token that begins a text
 * @param end the name of the token that ends one
 * @param beginsPrompts whether prompts begin with the first of them, where the file says so
 * @param prefixSpace whether a text gets a space before it, where the file says so
 * @param addedTokens more tokens, by id
 * @param ends ids that end what a model writes
 * @param model the name of the Python class, where the file says so
 */
record TokenizerSettings(
        Optional<String> begin,
        Optional<String> end,
        Optional<Boolean> beginsPrompts,
        Optional<Boolean> prefixSpace,
        JsonPart addedTokens,
        Set<Integer> ends,
        Optional<String> model,
        Optional<String> chatTemplate) {
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String GENERATION = "generation_config.json";
    static final String CHAT_TEMPLATE = "chat_template.jinja";

    private static final String DEFAULT_TEMPLATE = "default";

    /** Reads those of the files that are there. */
    static TokenizerSettings read(Map<String, byte[]> files, String where) {
        JsonPart config = part(files, CONFIG, where);
        JsonPart specials = part(files, SPECIAL_TOKENS, where);
        if (config.at("split_special_tokens").flag(false)) {
            throw config.at("split_special_tokens").refused("false");
        }
        Optional<String> template = files.containsKey(CHAT_TEMPLATE)
                ? Optional.of(new String(files.get(CHAT_TEMPLATE), StandardCharsets.UTF_8))
                : template(config.at("chat_template"));
        return new TokenizerSettings(
                name(config.at("bos_token")).or(() -> name(specials.at("bos_token"))),
                name(config.at("eos_token")).or(() -> name(specials.at("eos_token"))),
                flag(config.at("add_bos_token")),
                flag(config.at("add_prefix_space")),
                config.at("added_tokens_decoder"),
                ends(part(files, GENERATION, where).at("eos_token_id")),
                config.at("tokenizer_class").isAbsent()
                        ? Optional.empty()
                        : Optional.of(config.at("tokenizer_class").text()),
                template);
    }

    static JsonPart part(Map<String, byte[]> files, String name, String where) {
        byte[] bytes = files.get(name);
        return bytes == null
                ? new JsonPart(MissingNode.getInstance(), name, "")
                : JsonPart.read(bytes, where.isEmpty() ? name : where + "/" + name);
    }

    /** The name of a token, which may stand for itself or be the content of an object. */
    static Optional<String> name(JsonPart part) {
        if (part.isAbsent()) {
            return Optional.empty();
        }
        return Optional.of(part.node().isObject() ? part.at("content").text() : part.text());
    }

    private static Optional<Boolean> flag(JsonPart part) {
        return part.isAbsent() ? Optional.empty() : Optional.of(part.flag());
    }

    private static Set<Integer> ends(JsonPart part) {
        Set<Integer> ends = new LinkedHashSet<>();
        if (part.node().isArray()) {
            part.items().forEach(item -> ends.add(item.count()));
        } else if (!part.isAbsent()) {
            ends.add(part.count());
        }
        return ends;
    }

    /** A template, or the one named "default" of several. */
    private static Optional<String> template(JsonPart part) {
        if (part.isAbsent() || !part.node().isArray()) {
            return part.isAbsent() ? Optional.empty() : Optional.of(part.text());
        }
        return part.items().stream()
                .filter(item -> item.object().at("name").text().equals(DEFAULT_TEMPLATE))
                .map(item -> item.at("template").text())
                .findFirst();
    }
}
