package dev.quipu.runtime.chat.jinja;

/**
 * A word of a template.
 *
 * @param text the name, the operator, the digits, or a string with its escapes resolved
 * @param line from 1
 */
record Token(Kind kind, String text, int line) {
    /** What a token is. */
    enum Kind {
        /** Text outside of tags, printed as it stands. */
        TEXT,
        OUTPUT_BEGIN,
        OUTPUT_END,
        STATEMENT_BEGIN,
        STATEMENT_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String word) {
        return kind == wanted && text.equals(word);
    }

    /** For messages. */
    String shown() {
        return kind == Kind.END ? "the end of the template" : "\"" + text + "\"";
    }
}
