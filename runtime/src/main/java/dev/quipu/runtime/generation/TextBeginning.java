package dev.quipu.runtime.generation;

import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** How texts begin, as a model has learned it. */
public final class TextBeginning {
    private TextBeginning() {}

    /**
     * The ids of a text from its beginning: behind the token that begins texts, where the tokenizer's prompts have one. An empty text is
     * the token between two texts where no token begins them, and has no ids where there is neither.
     */
    public static int[] encode(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encode(text);
        OptionalInt begin = tokenizer.beginsPrompts()
                ? tokenizer.beginOfText()
                : ids.length == 0 ? tokenizer.endOfText() : OptionalInt.empty();
        return IntStream.concat(begin.stream(), IntStream.of(ids)).toArray();
    }

    /** The token that stands before a text's first, if there is one: it begins texts or stands between them. */
    static OptionalInt before(Tokenizer tokenizer) {
        return tokenizer.beginsPrompts() ? tokenizer.beginOfText() : tokenizer.endOfText();
    }
}
