package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A byte-level vocabulary as GGUF's metadata holds it ({@code tokenizer.ggml.model} is {@code gpt2}).
 *
 * @param tokens by id ({@code tokenizer.ggml.tokens})
 * @param types of the tokens ({@code tokenizer.ggml.token_type}): {@value #CONTROL} for special tokens, {@value #USER_DEFINED}
 *     for added ones; empty where the file does not tell them apart
 * @param merges in their order, as {@code "a b"} ({@code tokenizer.ggml.merges})
 * @param preTokenizer how text is cut into words ({@code tokenizer.ggml.pre})
 * @param begin the token that begins a text ({@code tokenizer.ggml.bos_token_id})
 * @param end the token that ends one ({@code tokenizer.ggml.eos_token_id})
 * @param otherEnds tokens that end a turn or a message ({@code tokenizer.ggml.eot_token_id}, {@code eom_token_id})
 * @param beginsPrompts whether prompts begin with {@code begin} ({@code tokenizer.ggml.add_bos_token}), if the file says it
 */
public record ByteLevelBpe(
        List<String> tokens,
        List<Integer> types,
        List<String> merges,
        String preTokenizer,
        OptionalInt begin,
        OptionalInt end,
        Set<Integer> otherEnds,
        Optional<Boolean> beginsPrompts,
        Optional<String> chatTemplate) {
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final String WHERE = "the tokenizer's metadata";

    public ByteLevelBpe {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        merges = List.copyOf(merges);
        otherEnds = Set.copyOf(otherEnds);
        if (!types.isEmpty() && types.size() != tokens.size()) {
            throw QuipuException.of("a type for each of " + tokens.size() + " tokens", types.size() + "", WHERE, "");
        }
    }

    /**
     * The tokenizer, which saves itself as a {@code tokenizer.json} and a {@code tokenizer_config.json}.
     *
     * @throws QuipuException if a token occurs twice, a merge has pieces that are no tokens, an id is not that of a token, or
     *     {@code preTokenizer} is not known
     */
    public BpeTokenizer tokenizer() {
        WordFamily family = WordFamily.named(preTokenizer);
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        List<AddedToken> added = new ArrayList<>();
        Set<String> contents = new LinkedHashSet<>();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            if (!contents.add(token)) {
                throw QuipuException.of(
                        "each token once", "\"" + Printable.of(token) + "\" as " + id + " again", WHERE, "");
            }
            boolean special = isEnd(id) || (!types.isEmpty() && types.get(id) == CONTROL);
            if (special || (!types.isEmpty() && types.get(id) == USER_DEFINED)) {
                added.add(new AddedToken(id, token, special, false, false, false, false));
            } else {
                vocabulary.put(token, id);
            }
        }
        JsonMapper mapper = JsonMapper.shared();
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                ModelFolder.TOKENIZER,
                mapper.writeValueAsBytes(ByteLevelJson.of(family, false, vocabulary, merges, added)));
        files.put(TokenizerSettings.CONFIG, mapper.writeValueAsBytes(settings(family)));
        if (!otherEnds.isEmpty()) {
            files.put(TokenizerSettings.GENERATION, mapper.writeValueAsBytes(generation()));
        }
        return new ModelFolder(WHERE, files).tokenizer();
    }

    private boolean isEnd(int id) {
        return begin.orElse(-1) == id || end.orElse(-1) == id || otherEnds.contains(id);
    }

    private ObjectNode settings(WordFamily family) {
        ObjectNode settings = JsonMapper.shared().createObjectNode();
        begin.ifPresent(id -> settings.put("bos_token", token(id)));
        end.ifPresent(id -> settings.put("eos_token", token(id)));
        settings.put("add_bos_token", begin.isPresent() && beginsPrompts.orElse(family.beginsPrompts()));
        chatTemplate.ifPresent(template -> settings.put("chat_template", template));
        return settings;
    }

    private String token(int id) {
        if (id < 0 || id >= tokens.size()) {
            throw QuipuException.of("a token of 0 to " + (tokens.size() - 1), String.valueOf(id), WHERE, "");
        }
        return tokens.get(id);
    }

    private ObjectNode generation() {
        ObjectNode generation = JsonMapper.shared().createObjectNode();
        ArrayNode ends = generation.putArray("eos_token_id");
        end.ifPresent(ends::add);
        otherEnds.stream().sorted().forEach(ends::add);
        return generation;
    }
}
