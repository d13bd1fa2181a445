package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/** Finds the names of special tokens in a text: the leftmost first, of those that begin at one place the longest. */
final class SpecialNames {
    private final Map<String, AddedToken> tokens = new HashMap<>();
    private final Map<Character, List<AddedToken>> byFirst = new HashMap<>();

    /** The special tokens of a vocabulary, by name, and those that were added to it, which come first. */
    SpecialNames(Map<String, Integer> ids, List<AddedToken> added) {
        ids.forEach((name, id) -> tokens.put(name, new AddedToken(id, name, true, false, false)));
        added.forEach(token -> tokens.put(token.text(), token));
        tokens.values()
                .forEach(token -> byFirst.computeIfAbsent(token.text().charAt(0), first -> new ArrayList<>())
                        .add(token));
        byFirst.values()
                .forEach(list -> list.sort(Comparator.comparingInt(
                        (AddedToken token) -> -token.text().length())));
    }

    OptionalInt id(String name) {
        AddedToken token = tokens.get(name);
        return token == null ? OptionalInt.empty() : OptionalInt.of(token.id());
    }

    /** Takes what stands between special tokens. */
    @FunctionalInterface
    interface Parts {
        /** Takes a part that is not empty. It stands behind a special token, or else begins the text. */
        void accept(String part, boolean isBehindSpecial);
    }

    /** Gives a text's parts and special tokens in their order. */
    void split(String text, Parts parts, IntConsumer specials) {
        int from = 0;
        int at = 0;
        boolean isBehindSpecial = false;
        while (at < text.length()) {
            AddedToken token = tokenAt(text, at);
            if (token == null) {
                at++;
                continue;
            }
            int to = token.takesSpaceBefore()
                    ? from + text.substring(from, at).stripTrailing().length()
                    : at;
            if (to > from) {
                parts.accept(text.substring(from, to), isBehindSpecial);
            }
            specials.accept(token.id());
            isBehindSpecial = true;
            at += token.text().length();
            while (token.takesSpaceBehind() && at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            from = at;
        }
        if (from < text.length()) {
            parts.accept(text.substring(from), isBehindSpecial);
        }
    }

    private AddedToken tokenAt(String text, int at) {
        for (AddedToken token : byFirst.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(token.text(), at)) {
                return token;
            }
        }
        return null;
    }
}
