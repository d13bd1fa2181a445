package dev.quipu.runtime.fuzz;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.quipu.runtime.tokenizer.Tokenizer;

/** What is done with that which a reader gives, so that nothing in it stays unread. */
public final class Touch {
    private static final String TEXT = "Once upon\ta time, 12345 \u00e9t\u00e9s \ud83d\ude80 <s> \u2581 \u0000\n";

    private Touch() {}

    /** Writes a value as text. */
    public static void text(Object value) {
        assertNotNull(value.toString());
    }

    /** Encodes a text both ways, decodes it, and asks for every piece. */
    public static void tokenizer(Tokenizer tokenizer) {
        tokenizer.decode(tokenizer.encode(TEXT));
        tokenizer.decode(tokenizer.encodeWithSpecials(TEXT));
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            tokenizer.piece(id);
        }
    }
}
