package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.tokenizer.merging.MergeRules;
import dev.quipu.runtime.tokenizer.merging.Neighbours;
import java.util.Map;
import java.util.Optional;

/**
 * A vocabulary with its merges.
 *
 * @param neighbours which symbols of a word are merged with those behind them
 * @param wholeWords tokens that stand for a whole word without any merge ({@code ignore_merges}), by spelling
 */
record BpeModel(
        Symbols symbols,
        MergeRules merges,
        Neighbours neighbours,
        Optional<Map<String, Integer>> wholeWords,
        WordCache cache) {
    BpeModel(Symbols symbols, MergeRules merges, Optional<Map<String, Integer>> wholeWords) {
        this(symbols, merges, new Neighbours(merges), wholeWords, new WordCache());
    }
}
