package dev.quipu.runtime.tokenizer.bpe;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Finds added tokens in a text: the leftmost, of several there the longest. */
final class AddedTokenMatcher {
    private static final Pattern WORD_CHARACTER = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);

    /** Takes the parts of a text in their order. */
    interface Sink {
        void token(int id);

        void text(int begin, int end);
    }

    private record Entry(String name, AddedToken token) {}

    private final Map<Character, List<Entry>> byFirst = new HashMap<>();
    private final BitSet firsts = new BitSet();
    private final boolean anyText;

    /** A matcher of tokens by the names that {@code naming} gives their contents. */
    AddedTokenMatcher(List<AddedToken> tokens, UnaryOperator<String> naming) {
        boolean text = false;
        for (AddedToken token : tokens) {
            String name = naming.apply(token.content());
            if (!name.isEmpty()) {
                firsts.set(name.charAt(0));
                byFirst.computeIfAbsent(name.charAt(0), _ -> new ArrayList<>()).add(new Entry(name, token));
                text |= !token.special();
            }
        }
        byFirst.values()
                .forEach(entries -> entries.sort(
                        Comparator.comparingInt((Entry entry) -> entry.name().length())
                                .reversed()));
        anyText = text;
    }

    /** Gives the parts of a text to a sink. The names of special tokens are text unless {@code specials} is set. */
    void split(String text, boolean specials, Sink sink) {
        int done = 0;
        if (specials || anyText) {
            int at = 0;
            while (at < text.length()) {
                Entry entry = firsts.get(text.charAt(at)) ? longest(text, at) : null;
                if (entry == null) {
                    at++;
                    continue;
                }
                int end = at + entry.name().length();
                if (counts(entry.token(), text, at, end, specials)) {
                    int begin = entry.token().leftStrip() ? Math.max(spaceBegin(text, at), done) : at;
                    if (done < begin) {
                        sink.text(done, begin);
                    }
                    sink.token(entry.token().id());
                    done = entry.token().rightStrip() ? spaceEnd(text, end) : end;
                }
                at = end;
            }
        }
        if (done < text.length()) {
            sink.text(done, text.length());
        }
    }

    private Entry longest(String text, int at) {
        for (Entry entry : byFirst.get(text.charAt(at))) {
            if (text.startsWith(entry.name(), at)) {
                return entry;
            }
        }
        return null;
    }

    private static boolean counts(AddedToken token, String text, int begin, int end, boolean specials) {
        return (specials || !token.special())
                && (!token.singleWord()
                        || ((begin == 0 || !isWord(text.codePointBefore(begin)))
                                && (end == text.length() || !isWord(text.codePointAt(end)))));
    }

    private static boolean isWord(int codePoint) {
        return WORD_CHARACTER.matcher(Character.toString(codePoint)).matches();
    }

    private static int spaceBegin(String text, int end) {
        int begin = end;
        while (begin > 0 && CharacterClass.isSpace(text.charAt(begin - 1))) {
            begin--;
        }
        return begin;
    }

    private static int spaceEnd(String text, int begin) {
        int end = begin;
        while (end < text.length() && CharacterClass.isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /**
     * Whether a cut between two characters of a text might part a token that plain text can become, or change what stands
     * next to one. Errs on the side of yes.
     */
    boolean mayPart(String pair) {
        if (!anyText) {
            return false;
        }
        for (List<Entry> entries : byFirst.values()) {
            for (Entry entry : entries) {
                if (!entry.token().special() && mayPart(entry.token(), pair)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The content tells also of the normalized name, which differs from ASCII content only in its marks for spaces. */
    private static boolean mayPart(AddedToken token, String pair) {
        String content = token.content();
        boolean ascii = content.chars().allMatch(character -> character < 0x80);
        return !ascii
                || token.singleWord()
                || content.indexOf(pair.charAt(1)) > 0
                || content.charAt(content.length() - 1) == pair.charAt(0)
                || (token.leftStrip() && !CharacterClass.isSpace(pair.charAt(1)));
    }
}
