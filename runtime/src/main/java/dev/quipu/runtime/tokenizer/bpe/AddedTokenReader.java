package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.files.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads "added_tokens", and the like of them that {@code tokenizer_config.json} adds. */
final class AddedTokenReader {
    private final Map<String, Integer> vocabulary;
    private final List<AddedToken> tokens = new ArrayList<>();
    private final Map<String, AddedToken> byContent = new HashMap<>();
    private final Map<Integer, String> byId = new HashMap<>();

    /** A reader of tokens that have the ids of a vocabulary, or ids that it does not have. */
    AddedTokenReader(Map<String, Integer> vocabulary) {
        this.vocabulary = vocabulary;
        vocabulary.forEach((piece, id) -> byId.put(id, piece));
    }

    /** Reads an array of tokens. */
    void readArray(JsonPart part) {
        if (!part.isAbsent()) {
            part.items().forEach(item -> add(item, item.at("id").count()));
        }
    }

    /** Reads an object of tokens by id; those that are known already stay as they are. */
    void readById(JsonPart part) {
        if (part.isAbsent()) {
            return;
        }
        for (String key : part.object().node().propertyNames()) {
            JsonPart item = part.at(key);
            if (!key.matches("\\d{1,9}")) {
                throw item.refused("an id as the name of");
            }
            if (!byContent.containsKey(item.object().at("content").text())) {
                add(item, Integer.parseInt(key));
            }
        }
    }

    private void add(JsonPart item, int id) {
        item.only("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special", "__type");
        boolean special = item.at("special").flag(false);
        AddedToken token = new AddedToken(
                id,
                item.at("content").text(),
                special,
                item.at("single_word").flag(false),
                item.at("lstrip").flag(false),
                item.at("rstrip").flag(false),
                item.at("normalized").flag(!special));
        String other = byId.get(id);
        Integer listed = vocabulary.get(token.content());
        if ((other != null && !other.equals(token.content())) || (listed != null && listed != id)) {
            throw item.at("id").refused("an id that only \"" + Printable.of(token.content()) + "\" has");
        }
        AddedToken known = byContent.get(token.content());
        if (token.content().isEmpty() || known != null) {
            if (known != null && !known.equals(token)) {
                throw item.at("content").refused("each token once");
            }
            return;
        }
        byId.put(id, token.content());
        byContent.put(token.content(), token);
        tokens.add(token);
    }

    List<AddedToken> tokens() {
        return tokens;
    }
}
