package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** All tokens by id, added ones among them, with their texts. Ids that no token has are without text. */
final class TokenVocabulary {
    private static final byte[] NO_BYTES = {};

    private final String name;
    private final String[] pieces;
    private final byte[][] bytes;
    private final BitSet specials = new BitSet();
    private final Map<String, Integer> ids;

    /** A vocabulary of ids below {@code size}, which all given ones are. */
    TokenVocabulary(String name, int size, Map<String, Integer> vocabulary, List<AddedToken> added, TokenTexts texts) {
        this.name = name;
        pieces = new String[size];
        bytes = new byte[size][];
        ids = new HashMap<>(vocabulary);
        vocabulary.forEach((piece, id) -> pieces[id] = piece);
        for (AddedToken token : added) {
            pieces[token.id()] = token.content();
            ids.put(token.content(), token.id());
            specials.set(token.id(), token.special());
        }
        for (int id = 0; id < size; id++) {
            bytes[id] = pieces[id] == null ? NO_BYTES : texts.bytes(pieces[id], false);
        }
    }

    int size() {
        return pieces.length;
    }

    boolean isSpecial(int id) {
        check(id);
        return specials.get(id);
    }

    OptionalInt id(String piece) {
        Integer id = ids.get(piece);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    OptionalInt special(String content) {
        OptionalInt id = id(content);
        return id.isPresent() && specials.get(id.getAsInt()) ? id : OptionalInt.empty();
    }

    String piece(int id) {
        check(id);
        return pieces[id] == null ? "<unused " + id + ">" : pieces[id];
    }

    byte[] bytes(int id) {
        check(id);
        return bytes[id];
    }

    private void check(int id) {
        if (id < 0 || id >= pieces.length) {
            throw QuipuException.of(
                    "a token of 0 to " + (pieces.length - 1), String.valueOf(id), "tokenizer " + name, "");
        }
    }
}
