package dev.quipu.runtime.tokenizer.bpe;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions that mean the same to Oniguruma, which {@code tokenizer.json} is written for, and to
 * {@code java.util.regex}: literals, general categories, {@code \s} and {@code \d}, sets without set operations, groups that
 * capture nothing, looking ahead and behind, and quantifiers. A group is never repeated without bound, because Java would
 * need a stack as deep as the text is long. What is outside of this, such as {@code \w}, {@code ^} and back references, is not
 * portable.
 */
final class PortablePattern {
    private static final String QUANTIFIERS = "*+?{";
    private static final int NONE = -1;

    private final String source;
    private final StringBuilder java = new StringBuilder();
    private int at;

    private PortablePattern(String source) {
        this.source = source;
    }

    /** The pattern of an expression; empty if the expression is not portable, wrong, or matches where there is nothing. */
    static Optional<Pattern> of(String expression) {
        PortablePattern translation = new PortablePattern(expression);
        while (translation.at < expression.length()) {
            if (!translation.step()) {
                return Optional.empty();
            }
        }
        try {
            // Unicode's \s and \d; a dot that stops at \n only, as Oniguruma's
            Pattern pattern =
                    Pattern.compile(translation.java.toString(), Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);
            return pattern.matcher("").find() ? Optional.empty() : Optional.of(pattern);
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }

    private boolean step() {
        char character = source.charAt(at);
        return switch (character) {
            case '\\' -> escape();
            case '[' -> set();
            case '(' -> group();
            case ')' -> groupEnd();
            case '{' -> quantity();
            case '^', '$' -> false;
            default -> copy(1);
        };
    }

    private boolean copy(int count) {
        java.append(source, at, at + count);
        at += count;
        return true;
    }

    private boolean escape() {
        if (at + 1 >= source.length()) {
            return false;
        }
        char escaped = source.charAt(at + 1);
        if (escaped == 'p' || escaped == 'P') {
            int end = source.indexOf('}', at);
            boolean category = end != NONE && source.substring(at + 2, end).matches("\\{[CLMNPSZ][a-z]?");
            return category && copy(end + 1 - at);
        }
        boolean sign = escaped < 0x80 && !Character.isLetterOrDigit(escaped);
        return (sign || "sSdDrntf".indexOf(escaped) >= 0) && copy(2);
    }

    private boolean set() {
        java.append('[');
        at++;
        if (at < source.length() && source.charAt(at) == '^') {
            copy(1);
        }
        int first = at;
        while (at < source.length()) {
            char character = source.charAt(at);
            if (character == ']' && at > first) {
                return copy(1);
            }
            boolean operation = character == '&' && source.startsWith("&&", at);
            if (character == '[' || character == ']' || operation || !(character == '\\' ? escape() : copy(1))) {
                return false;
            }
        }
        return false;
    }

    private boolean group() {
        for (String opening : new String[] {"(?:", "(?!", "(?=", "(?<!", "(?<="}) {
            if (source.startsWith(opening, at)) {
                return copy(opening.length());
            }
        }
        if (source.startsWith("(?i:", at)) {
            // Oniguruma folds the case of all of Unicode
            java.append("(?iu:");
            at += "(?i:".length();
            return true;
        }
        if (source.startsWith("(?", at)) {
            return false;
        }
        // nothing refers back to a group
        java.append("(?:");
        at++;
        return true;
    }

    private boolean groupEnd() {
        copy(1);
        if (at >= source.length()) {
            return true;
        }
        char next = source.charAt(at);
        return next != '*'
                && next != '+'
                && !(next == '{' && source.substring(at).matches("(?s)\\{\\d*,\\}.*"));
    }

    /** Of a number of times; a plus behind it is possessive in Java, and repeats it in Oniguruma. */
    private boolean quantity() {
        int end = source.indexOf('}', at);
        boolean numbers = end != NONE && source.substring(at, end + 1).matches("\\{\\d{1,4}(,\\d{0,4})?\\}");
        if (!numbers) {
            return false;
        }
        copy(end + 1 - at);
        return at >= source.length() || QUANTIFIERS.indexOf(source.charAt(at)) == NONE;
    }
}
