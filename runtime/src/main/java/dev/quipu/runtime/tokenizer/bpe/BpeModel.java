package dev.quipu.runtime.tokenizer.bpe;

import java.util.Map;
import java.util.Optional;

/**
 * A vocabulary with its merges.
 *
 * @param wholeWords tokens that stand for a whole word without any merge ({@code ignore_merges}), by spelling
 */
record BpeModel(Symbols symbols, MergeTable merges, Optional<Map<String, Integer>> wholeWords, WordCache cache) {
    BpeModel(Symbols symbols, MergeTable merges, Optional<Map<String, Integer>> wholeWords) {
        this(symbols, merges, wholeWords, new WordCache());
    }
}
