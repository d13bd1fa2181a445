package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens. White space is treated as Jinja does with {@code trim_blocks} and {@code lstrip_blocks}, the way
 * {@code transformers} reads chat templates: the line break behind a statement or comment goes, as do blanks between a line's
 * beginning and a statement or comment; {@code -} beside a delimiter takes all white space, {@code +} keeps it; the template's
 * last line break goes.
 */
final class TemplateLexer {
    private static final Pattern OPENING = Pattern.compile("\\{[{%#]");
    private static final Pattern TOKEN = Pattern.compile(
            "\\s+"
                    + "|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)"
                    + "|(?<float>\\d[\\d_]*(?:\\.\\d+(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+))"
                    + "|(?<integer>\\d[\\d_]*)"
                    + "|(?<string>'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")"
                    + "|(?<operator>\\*\\*|//|==|!=|<=|>=|[-+*/%~<>=()\\[\\]{},.:|;])",
            Pattern.DOTALL);

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private boolean trimLeft;
    private boolean dropNewline;

    private TemplateLexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        return new TemplateLexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source).run();
    }

    private List<Token> run() {
        Matcher opening = OPENING.matcher(source);
        while (opening.find(at)) {
            int start = opening.start();
            char kind = source.charAt(start + 1);
            char sign = start + 2 < source.length() ? source.charAt(start + 2) : ' ';
            text(at, start, sign == '-', sign != '+' && kind != '{');
            at = start + (sign == '-' || (sign == '+' && kind != '{') ? 3 : 2);
            switch (kind) {
                case '#' -> comment();
                case '{' -> tag(Token.Kind.OUTPUT_BEGIN, "{{", Token.Kind.OUTPUT_END, "}}");
                default -> tag(Token.Kind.STATEMENT_BEGIN, "{%", Token.Kind.STATEMENT_END, "%}");
            }
        }
        text(at, source.length(), false, false);
        add(Token.Kind.END, "", source.length());
        return tokens;
    }

    /** Text between two tags, without the white space that either of them takes. */
    private void text(int from, int to, boolean trimRight, boolean stripBlanks) {
        String text = source.substring(from, to);
        boolean lineBegan = from == 0 || source.charAt(from - 1) == '\n';
        if (trimLeft) {
            text = text.stripLeading();
        } else if (dropNewline && text.startsWith("\n")) {
            text = text.substring(1);
            lineBegan = true;
        }
        trimLeft = false;
        dropNewline = false;
        if (trimRight) {
            text = text.stripTrailing();
        } else if (stripBlanks) {
            int line = text.lastIndexOf('\n') + 1;
            if ((line > 0 || lineBegan) && text.substring(line).isBlank()) {
                text = text.substring(0, line);
            }
        }
        if (!text.isEmpty()) {
            add(Token.Kind.TEXT, text, from);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw mistake("a closing #}", "none", at);
        }
        trimLeft = source.charAt(end - 1) == '-';
        dropNewline = source.charAt(end - 1) != '+';
        at = end + 2;
    }

    /** The tokens of a tag, up to its end. A brace of a map is none that closes the tag. */
    private void tag(Token.Kind begin, String opened, Token.Kind end, String close) {
        add(begin, opened, at);
        int braces = 0;
        Matcher matcher = TOKEN.matcher(source);
        while (true) {
            if (braces == 0 && closes(close, end)) {
                return;
            }
            if (!matcher.region(at, source.length()).lookingAt()) {
                String found = at < source.length() ? "\"" + source.charAt(at) + "\"" : "the end of the template";
                throw mistake("an expression closed by " + close, found, at);
            }
            String word = matcher.group();
            braces += word.equals("{") ? 1 : word.equals("}") ? -1 : 0;
            token(matcher, word);
            at = matcher.end();
        }
    }

    private boolean closes(String close, Token.Kind end) {
        boolean signed = at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+');
        if (!source.startsWith(close, at) && !(signed && source.startsWith(close, at + 1))) {
            return false;
        }
        trimLeft = signed && source.charAt(at) == '-';
        dropNewline = !signed && end == Token.Kind.STATEMENT_END;
        add(end, close, at);
        at += close.length() + (signed ? 1 : 0);
        return true;
    }

    private void token(Matcher matcher, String word) {
        if (matcher.group("name") != null) {
            add(Token.Kind.NAME, word, at);
        } else if (matcher.group("integer") != null) {
            add(Token.Kind.INTEGER, word.replace("_", ""), at);
        } else if (matcher.group("float") != null) {
            add(Token.Kind.FLOAT, word.replace("_", ""), at);
        } else if (matcher.group("string") != null) {
            add(Token.Kind.STRING, unescape(word.substring(1, word.length() - 1)), at);
        } else if (matcher.group("operator") != null) {
            add(Token.Kind.OPERATOR, word, at);
        }
    }

    /** Python's escapes; an unknown one stands for itself. */
    private static String unescape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escaped = text.charAt(++i);
            int digits = escaped == 'u' ? 4 : escaped == 'x' ? 2 : 0;
            if (digits > 0 && text.substring(i + 1).matches("(?s)[0-9a-fA-F]{" + digits + "}.*")) {
                out.append((char) Integer.parseInt(text, i + 1, i + 1 + digits, 16));
                i += digits;
                continue;
            }
            switch (escaped) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case '\\', '\'', '"' -> out.append(escaped);
                case '\n' -> {} // a line that goes on
                default -> out.append('\\').append(escaped);
            }
        }
        return out.toString();
    }

    private void add(Token.Kind kind, String text, int place) {
        tokens.add(new Token(kind, text, line(place)));
    }

    private int line(int place) {
        return 1
                + (int) source.substring(0, place)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }

    private QuipuException mistake(String expected, String found, int place) {
        return QuipuException.of(expected, found, "chat template, line " + line(place), "");
    }
}
