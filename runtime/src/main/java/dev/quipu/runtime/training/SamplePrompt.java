package dev.quipu.runtime.training;

import dev.quipu.runtime.data.TokenFile;
import dev.quipu.runtime.data.TokenRange;
import dev.quipu.runtime.generation.TextBeginning;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * How the samples of a run begin.
 *
 * @param most tokens of a prompt
 */
record SamplePrompt(TokenFile tokens, Tokenizer tokenizer, int most) {
    private static final int SEARCHED_TOKENS = 256;
    private static final int SHORTEST_PROMPT = 4;

    /** The first question of a range of conversations, the first whole line of a range of texts. */
    int[] of(TokenRange range) {
        return tokens.isSelective() ? question(range) : line(range);
    }

    private int[] line(TokenRange range) {
        String text = tokenizer.decode(ids(range.from(), (int) Math.min(SEARCHED_TOKENS, range.length())));
        String line = text.lines()
                .skip(1)
                .map(String::strip)
                .filter(candidate -> candidate.length() >= SHORTEST_PROMPT)
                .findFirst()
                .orElse(text);
        int[] prompt = TextBeginning.encode(tokenizer, line);
        return prompt.length <= most ? prompt : Arrays.copyOf(prompt, most);
    }

    /** What comes before the first answer, if possible in a conversation where that is short enough. */
    private int[] question(TokenRange range) {
        long begin = range.from();
        for (long document = tokens.documentAt(begin); begin < range.to(); document++) {
            int length = questionLength(begin, range.to());
            if (length <= most) {
                return ids(begin, length);
            }
            begin = tokens.documentEnd(document);
        }
        return ids(range.from(), most);
    }

    private int questionLength(long begin, long end) {
        int length = 0;
        while (begin + length < end && !tokens.isLearned(begin + length)) {
            length++;
        }
        return length;
    }

    private int[] ids(long from, int count) {
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = tokens.get(from + i);
        }
        return ids;
    }
}
