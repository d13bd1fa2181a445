package dev.quipu.runtime.tokenizer.bpe;

import java.util.List;

/** The steps that cut a normalized text into the words whose characters may be merged, each applied to the pieces of the last. */
record PreTokenizer(List<Splitting> steps) {
    PreTokenizer {
        steps = List.copyOf(steps);
    }

    /** A sink that takes a whole text and gives its words to another one. */
    WordSink before(WordSink words) {
        WordSink sink = words;
        for (Splitting step : steps.reversed()) {
            WordSink next = sink;
            sink = (text, begin, end, place) -> {
                if (begin < end) {
                    step.split(text, begin, end, place, next);
                }
            };
        }
        return sink;
    }

    /**
     * Whether a normalized text may be cut at an index, from 1 to its length less one, so that the words on both sides stay as
     * they are. The first step that knows surely decides; steps behind it then see the same pieces, and steps before it must
     * look at single characters only.
     */
    boolean canCut(CharSequence text, int at) {
        CharSequence seen = text;
        boolean prefixes = false;
        boolean sure = false;
        for (Splitting step : steps) {
            switch (step) {
                case Splitting.Words words -> sure |= words.pattern().canCut(seen, at);
                case Splitting.Matches _ -> {
                    if (!sure) {
                        return false;
                    }
                }
                case Splitting.Characters _ -> {}
                case Splitting.PrefixSpace _ -> prefixes = true;
                case Splitting.Metaspace metaspace -> {
                    seen = seen.toString().replace(' ', metaspace.mark());
                    prefixes |= metaspace.prefixed() != Splitting.Prefixed.NEVER;
                    sure |= metaspace.words() && seen.charAt(at) == metaspace.mark();
                }
                case Splitting.MarkedWords marked ->
                    sure |= seen.charAt(at) == marked.mark() && seen.charAt(at - 1) != marked.mark();
            }
        }
        return sure && !(prefixes && prefixable(text, seen, at));
    }

    /** Whether a piece that begins here would get a prefix; the part behind a cut gets none. */
    private static boolean prefixable(CharSequence text, CharSequence seen, int at) {
        return text.charAt(at) != ' ' && text.charAt(at) == seen.charAt(at);
    }
}
