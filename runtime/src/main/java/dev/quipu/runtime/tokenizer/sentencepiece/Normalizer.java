package dev.quipu.runtime.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Turns a text into the one that is cut into pieces: characters replaced, spaces put in, taken out and made visible. */
final class Normalizer {
    /** What a space is written as. */
    static final char VISIBLE_SPACE = '\u2581';

    private static final byte[] VISIBLE_SPACE_BYTES =
            String.valueOf(VISIBLE_SPACE).getBytes(StandardCharsets.UTF_8);
    private static final byte[] SPACE_BYTES = {' '};

    private final NormalizerSpec spec;
    private final boolean spaceAtEnd;
    private final Optional<CharacterRules> rules;
    private final ByteTrie untouched;
    private final byte[] space;

    /**
     * A normaliser.
     *
     * @param spaceAtEnd whether the space that is added comes behind the text
     * @param untouched texts that keep their characters
     */
    Normalizer(NormalizerSpec spec, boolean spaceAtEnd, ByteTrie untouched) {
        this.spec = spec;
        this.spaceAtEnd = spaceAtEnd;
        this.rules = spec.precompiledCharsmap().hasRemaining()
                ? Optional.of(CharacterRules.of(spec.precompiledCharsmap()))
                : Optional.empty();
        this.untouched = untouched;
        this.space = spec.escapeWhitespaces() ? VISIBLE_SPACE_BYTES : SPACE_BYTES;
    }

    /** Whether a character becomes itself, or a visible space, whatever stands beside it. */
    boolean keepsCharacters() {
        return rules.isEmpty();
    }

    /**
     * Writes the normalised text.
     *
     * @param begins whether the text begins here; otherwise it goes on behind a character that is no space
     */
    void normalize(byte[] text, boolean begins, GrowingBytes target) {
        int from = begins && spec.removeExtraWhitespaces() ? spacesEnd(text) : 0;
        if (from == text.length) {
            return;
        }
        if (begins && spec.addDummyPrefix() && !spaceAtEnd) {
            target.add(space);
        }
        if (rules.isEmpty() && untouched.isEmpty() && !spec.removeExtraWhitespaces()) {
            addPlain(text, target);
        } else {
            addByRules(text, from, begins, target);
        }
        if (spec.addDummyPrefix() && spaceAtEnd) {
            target.add(space);
        }
    }

    private void addPlain(byte[] text, GrowingBytes target) {
        int copied = 0;
        for (int at = 0; at < text.length; at++) {
            if (text[at] == ' ') {
                target.add(text, copied, at);
                target.add(space);
                copied = at + 1;
            }
        }
        target.add(text, copied, text.length);
    }

    private void addByRules(byte[] text, int from, boolean begins, GrowingBytes target) {
        Step step = new Step();
        boolean removes = spec.removeExtraWhitespaces();
        boolean behindSpace = removes && begins;
        int at = from;
        while (at < text.length) {
            step.take(text, at);
            at += step.consumed;
            int start = step.from;
            while (behindSpace && start < step.to && step.source[start] == ' ') {
                start++;
            }
            for (int i = start; i < step.to; i++) {
                if (step.source[i] == ' ') {
                    target.add(space);
                } else {
                    target.add(step.source[i]);
                }
            }
            if (start < step.to) {
                behindSpace = removes && step.source[step.to - 1] == ' ';
            }
        }
        while (removes && target.endsWith(space)) {
            target.removeLast(space.length);
        }
    }

    /** Behind the spaces that a text begins with, or what becomes a space. */
    private int spacesEnd(byte[] text) {
        Step step = new Step();
        int at = 0;
        while (at < text.length) {
            step.take(text, at);
            if (step.to != step.from + 1 || step.source[step.from] != ' ') {
                break;
            }
            at += step.consumed;
        }
        return at;
    }

    /** What the next few bytes of a text become. */
    private final class Step {
        private byte[] source;
        private int from;
        private int to;
        private int consumed;

        void take(byte[] text, int at) {
            int kept = untouched.longest(text, at, text.length);
            long rule = kept == 0 && rules.isPresent() ? rules.get().longest(text, at, text.length) : 0;
            if (rule != 0) {
                replace((int) (rule >>> Integer.SIZE), (int) rule);
                return;
            }
            int length = kept == 0 ? Utf8.validLength(text, at, text.length) : kept;
            if (length == 0) {
                set(Utf8.REPLACEMENT, 0, Utf8.REPLACEMENT.length, 1);
            } else {
                set(text, at, at + length, length);
            }
        }

        private void replace(int length, int index) {
            byte[] replacements = rules.get().replacements();
            int end = index;
            while (replacements[end] != 0) {
                end++;
            }
            set(replacements, index, end, length);
        }

        private void set(byte[] newSource, int newFrom, int newTo, int newConsumed) {
            source = newSource;
            from = newFrom;
            to = newTo;
            consumed = newConsumed;
        }
    }
}
