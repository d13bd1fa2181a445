package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.List;
import java.util.Optional;

/**
 * How a model folder wants its tokenizer used: {@code tokenizer_config.json} and {@code added_tokens.json}.
 *
 * @param beginsPrompts whether prompts begin with the begin-of-text piece
 * @param endsPrompts whether prompts end with the end-of-text piece
 * @param spaceBehindSpecials whether a text behind a special token gets a space in front as one at the beginning does
 * @param addsSpace whether texts get a space in front at all, if the model says so
 * @param begin the name of the piece that begins a text, where it is not the model's own; the inner one is empty for none
 * @param end the name of the piece that ends a text, likewise
 * @param added tokens beside the model's own, by id
 */
record TokenizerConfig(
        boolean beginsPrompts,
        boolean endsPrompts,
        boolean spaceBehindSpecials,
        boolean addsSpace,
        Optional<Optional<String>> begin,
        Optional<Optional<String>> end,
        List<AddedToken> added) {
    /** What holds without any file. */
    static final TokenizerConfig DEFAULT =
            new TokenizerConfig(true, false, true, true, Optional.empty(), Optional.empty(), List.of());

    TokenizerConfig {
        added = List.copyOf(added);
    }
}
