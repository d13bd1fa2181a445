package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GPT-2's older layout: {@code vocab.json} with the ids and {@code merges.txt} with a merge on each line. The Python class that
 * {@code tokenizer_config.json} names tells how text is cut into words; without it GPT-2's way.
 */
final class VocabularyLayout {
    static final String VOCABULARY = "vocab.json";
    static final String MERGES = "merges.txt";
    static final String ADDED = "added_tokens.json";

    private static final String END_OF_TEXT = "<|endoftext|>";

    private VocabularyLayout() {}

    /** The {@code tokenizer.json} that says the same. */
    static JsonPart json(Map<String, byte[]> files, TokenizerSettings settings, String where) {
        Map<String, Integer> vocabulary = ids(TokenizerSettings.part(files, VOCABULARY, where));
        Map<String, Integer> more = new LinkedHashMap<>(vocabulary);
        Map<String, Integer> listed =
                files.containsKey(ADDED) ? ids(TokenizerSettings.part(files, ADDED, where)) : Map.of();
        more.putAll(listed);
        Set<String> specials = new LinkedHashSet<>(listed.keySet());
        settings.begin().ifPresent(specials::add);
        settings.end().ifPresent(specials::add);
        JsonPart map = TokenizerSettings.part(files, TokenizerSettings.SPECIAL_TOKENS, where);
        JsonPart others = map.at("additional_special_tokens");
        if (!others.isAbsent()) {
            others.items().forEach(item -> TokenizerSettings.name(item).ifPresent(specials::add));
        }
        if (vocabulary.containsKey(END_OF_TEXT)) {
            specials.add(END_OF_TEXT);
        }
        List<AddedToken> added = new ArrayList<>();
        for (String special : specials) {
            Integer id = more.get(special);
            if (id == null) {
                throw QuipuException.of(
                        "an id of \"" + Printable.of(special) + "\"", "none", where + "/" + VOCABULARY, "");
            }
            added.add(new AddedToken(id, special, true, false, false, false, false));
        }
        return new JsonPart(
                ByteLevelJson.of(
                        family(settings, where),
                        settings.prefixSpace().orElse(false),
                        vocabulary,
                        merges(files, where),
                        added),
                where + "/" + VOCABULARY,
                "");
    }

    private static WordFamily family(TokenizerSettings settings, String where) {
        String model = settings.model().orElse("GPT2Tokenizer");
        return switch (model) {
            case "GPT2Tokenizer", "GPT2TokenizerFast" -> WordFamily.GPT2;
            case "Qwen2Tokenizer", "Qwen2TokenizerFast" -> WordFamily.QWEN2;
            default ->
                throw QuipuException.of(
                        "GPT2Tokenizer or Qwen2Tokenizer",
                        Printable.of(model),
                        where + "/" + TokenizerSettings.CONFIG + ": tokenizer_class",
                        "save the tokenizer as tokenizer.json");
        };
    }

    private static Map<String, Integer> ids(JsonPart part) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        part.object()
                .node()
                .properties()
                .forEach(
                        entry -> ids.put(entry.getKey(), part.at(entry.getKey()).count()));
        return ids;
    }

    private static List<String> merges(Map<String, byte[]> files, String where) {
        byte[] bytes = files.get(MERGES);
        if (bytes == null) {
            throw QuipuException.of(MERGES + " beside " + VOCABULARY, "none", where, "check the path");
        }
        return new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#version") && !line.isEmpty())
                .toList();
    }
}
