package dev.quipu.runtime.tokenizer.bpe;

import java.text.Normalizer;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The changes that a text goes through before it is cut into words, one after the other. */
record Normalization(List<Rule> rules) {
    /** A change of text. */
    sealed interface Rule {}

    /** One of Unicode's normal forms. */
    record Form(Normalizer.Form form) implements Rule {}

    /** Puts something before each piece that is not empty and does not continue a text. */
    record Prepend(String prefix) implements Rule {}

    /** Replaces a text wherever it occurs. */
    record ReplaceText(String text, String replacement) implements Rule {}

    /** Replaces the matches of a pattern. */
    record ReplacePattern(Pattern pattern, String replacement) implements Rule {}

    /** Characters below this one are in the composed form, and stay so whatever stands behind them. */
    private static final char FIRST_COMPOSING = 0x300;
    /** Characters below this one are in all normal forms. */
    private static final char FIRST_DECOMPOSING = 0xA0;

    Normalization {
        rules = List.copyOf(rules);
    }

    String apply(String text, Place place) {
        String changed = text;
        for (Rule rule : rules) {
            changed = switch (rule) {
                case Form form -> normal(changed, form.form());
                case Prepend prepend ->
                    changed.isEmpty() || place == Place.CONTINUATION ? changed : prepend.prefix() + changed;
                case ReplaceText replace -> changed.replace(replace.text(), replace.replacement());
                case ReplacePattern replace ->
                    replace.pattern().matcher(changed).replaceAll(Matcher.quoteReplacement(replace.replacement()));
            };
        }
        return changed;
    }

    private static String normal(String text, Normalizer.Form form) {
        char first = form == Normalizer.Form.NFC ? FIRST_COMPOSING : FIRST_DECOMPOSING;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= first) {
                return Normalizer.normalize(text, form);
            }
        }
        return text;
    }

    /**
     * How two characters that a text may be cut between look after the changes, if both sides of any cut at a space or behind a
     * line end change as they do in the whole.
     */
    Optional<String> pair(String pair) {
        String changed = pair;
        for (Rule rule : rules) {
            switch (rule) {
                case Form _, Prepend _ -> {}
                case ReplaceText replace -> {
                    if (!replace.text().equals(" ") || replace.replacement().length() != 1) {
                        return Optional.empty();
                    }
                    changed = changed.replace(replace.text(), replace.replacement());
                }
                case ReplacePattern _ -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(changed);
    }
}
