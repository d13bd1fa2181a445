package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a model folder wants its tokenizer used: what {@code tokenizer_config.json} and the other files beside a model file say.
 *
 * @param beginsPrompts whether prompts begin with the begin-of-text piece
 * @param spaceBehindSpecials whether a text behind a special token gets a space in front as one at the beginning does
 * @param addsSpace whether texts get a space in front at all, if the model says so
 * @param begin the name of the piece that begins a text, where it is not the model's own; the inner one is empty for none
 * @param end the name of the piece that ends a text, likewise
 * @param ends ids that end what a model writes, beside the end of a text
 * @param added tokens beside the model's own, by id
 * @param chatTemplate the Jinja template that makes a prompt of a chat
 */
record TokenizerConfig(
        boolean beginsPrompts,
        boolean spaceBehindSpecials,
        boolean addsSpace,
        Optional<Optional<String>> begin,
        Optional<Optional<String>> end,
        Set<Integer> ends,
        List<AddedToken> added,
        Optional<String> chatTemplate) {
    /** What holds without any file. */
    static final TokenizerConfig DEFAULT = new TokenizerConfig(
            true, true, true, Optional.empty(), Optional.empty(), Set.of(), List.of(), Optional.empty());

    TokenizerConfig {
        ends = Set.copyOf(ends);
        added = List.copyOf(added);
    }
}
