package dev.quipu.runtime.cli;

import dev.quipu.runtime.generation.Generation;
import java.util.Locale;

/** How fast texts were made, for a line that a user reads. Texts of a group were made at the same time. */
final class Speed {
    private static final double BILLION = 1e9;

    private final int group;
    private int texts;
    private long promptTokens;
    private long tokens;
    private double prefillSeconds;
    private double decodeSeconds;
    private double longestOfGroup;

    Speed(int group) {
        this.group = group;
    }

    /** Of one text. */
    static Speed of(Generation generation) {
        Speed speed = new Speed(1);
        speed.add(generation, 0);
        return speed;
    }

    /** Texts come in the order of their numbers. */
    void add(Generation generation, int number) {
        if (number % group == 0) {
            prefillSeconds += generation.prefill().toNanos() / BILLION;
            decodeSeconds += longestOfGroup;
            longestOfGroup = 0;
        }
        texts++;
        promptTokens += generation.read();
        tokens += generation.tokens().size();
        longestOfGroup = Math.max(longestOfGroup, generation.decode().toNanos() / BILLION);
    }

    @Override
    public String toString() {
        double seconds = decodeSeconds + longestOfGroup;
        // the first token of a text is the last of what its prompt takes
        long decoded = Math.max(0, tokens - texts);
        return String.format(
                Locale.ROOT,
                "%s%d tokens, %.1f tokens/s (%s of %d tokens: %.1f tokens/s, compilation included)",
                texts > 1 ? texts + " texts, " : "",
                tokens,
                seconds > 0 ? decoded / seconds : 0,
                texts > 1 ? "prompts" : "prompt",
                promptTokens,
                prefillSeconds > 0 ? promptTokens / prefillSeconds : 0);
    }
}
