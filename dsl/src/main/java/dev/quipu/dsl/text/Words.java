package dev.quipu.dsl.text;

import java.util.regex.Pattern;

/** Names and quoted texts. */
final class Words {
    private static final Pattern BARE = Pattern.compile("[A-Za-z_$][A-Za-z_0-9$]*(\\.[A-Za-z_0-9$]+)*");

    private Words() {}

    /** The name itself, or between quotes where it would not be read back as one word. */
    static String name(String name) {
        return BARE.matcher(name).matches() ? name : quoted(name);
    }

    static String quoted(String text) {
        return "\""
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + "\"";
    }

    /** Undoes {@link #quoted}. */
    static String unquoted(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c == '\\') {
                i++;
                c = switch (quoted.charAt(i)) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> quoted.charAt(i);
                };
            }
            text.append(c);
        }
        return text.toString();
    }
}
