package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens at the ends of texts.
 *
 * @param begin of a text
 * @param beginsPrompts whether prompts begin with it
 * @param end of a text, between documents
 * @param ends all tokens that end what a model writes, {@code end} among them
 */
record TextEnds(OptionalInt begin, boolean beginsPrompts, OptionalInt end, Set<Integer> ends) {
    /** How families call the end of a text; only where no file beside the vocabulary tells. */
    private static final List<String> KNOWN_ENDS = List.of("</s>", "<|end_of_text|>", "<|endoftext|>");

    TextEnds {
        ends = Set.copyOf(ends);
    }

    /** What the files of a tokenizer say: the one that stands before a text is the one that begins it. */
    static TextEnds of(TokenizerParts parts, TokenizerSettings settings, String where) {
        TokenVocabulary vocabulary = parts.vocabulary();
        for (int id : settings.ends()) {
            if (id >= vocabulary.size()) {
                throw QuipuException.of(
                        "ids of tokens, 0 to " + (vocabulary.size() - 1),
                        String.valueOf(id),
                        where + "/" + TokenizerSettings.GENERATION + ": eos_token_id",
                        "");
            }
        }
        OptionalInt named = id(vocabulary, settings.begin(), "bos_token", where);
        OptionalInt begin = parts.frame().begin().isPresent() ? parts.frame().begin() : named;
        boolean prompts = settings.beginsPrompts().orElse(parts.frame().begin().isPresent()) && begin.isPresent();
        OptionalInt end = id(vocabulary, settings.end(), "eos_token", where);
        if (end.isEmpty()) {
            end = settings.ends().stream().mapToInt(Integer::intValue).findFirst();
        }
        if (end.isEmpty()) {
            end = parts.frame().end();
        }
        if (end.isEmpty()) {
            end = KNOWN_ENDS.stream()
                    .flatMapToInt(name -> vocabulary.special(name).stream())
                    .findFirst();
        }
        Set<Integer> ends = new LinkedHashSet<>(settings.ends());
        end.ifPresent(ends::add);
        return new TextEnds(begin, prompts, end, ends);
    }

    private static OptionalInt id(TokenVocabulary vocabulary, Optional<String> name, String entry, String where) {
        if (name.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalInt id = vocabulary.id(name.get());
        if (id.isEmpty()) {
            throw QuipuException.of(
                    "a token of the vocabulary",
                    "\"" + Printable.of(name.get()) + "\"",
                    where + "/" + TokenizerSettings.CONFIG + ": " + entry,
                    "");
        }
        return id;
    }
}
