package dev.quipu.runtime.tokenizer;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Turns text into token ids and back. Implementations are immutable and may be shared by threads.
 *
 * <p>Ids are 0 to {@code vocabularySize() - 1}. A model's own vocabulary may be larger, padded to a round number; ids beyond
 * the tokenizer's have no text and are never to be sampled.
 */
public interface Tokenizer {
    /** A short name for messages and for the keys of caches; two tokenizers of one name give equal ids. */
    String name();

    /** The number of ids. */
    int vocabularySize();

    /**
     * The ids of a text. Special tokens are not added, and their names in the text are text. Half of a surrogate pair
     * without the other is not text and becomes a replacement character or {@code '?'}.
     */
    int[] encode(String text);

    /**
     * The ids of a text that goes on behind another one: without the space that some tokenizers put before a text. Wherever
     * {@link #canCut} holds, the ids of the part before the cut and of the part behind it are the ids of the whole.
     */
    default int[] encodeContinuation(String text) {
        return encode(text);
    }

    /**
     * Whether a text may be cut before the character at an index, so that both parts can be encoded apart. Between its ends
     * the answer holds whatever stands before and behind the text, so that a part of a text is enough to ask.
     */
    default boolean canCut(CharSequence text, int at) {
        return at == 0 || at == text.length() || !Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    /**
     * The ids of a text where the names of special tokens stand for those tokens, such as a chat's template makes it. Nothing
     * is added at the beginning.
     */
    default int[] encodeWithSpecials(String text) {
        return encode(text);
    }

    /** The id of a special token such as {@code <|eot_id|>}, if there is one of that name. */
    default OptionalInt special(String name) {
        return OptionalInt.empty();
    }

    /**
     * The vocabulary's own name for a token, such as {@code ▁the} or {@code <0x0A>}, for people to read.
     *
     * @throws QuipuException if the id is outside the vocabulary
     */
    String piece(int token);

    /** A decoder for ids that come one by one, from the beginning of a text. */
    StreamingDecoder streamingDecoder();

    /** Whether models of this tokenizer expect {@link #beginOfText} before a prompt, as LLaMA's do. */
    default boolean beginsPrompts() {
        return false;
    }

    /** The id that begins a text, if there is one. */
    OptionalInt beginOfText();

    /** The id that ends a text and separates documents, if there is one. */
    OptionalInt endOfText();

    /** All ids that end what a model writes: {@link #endOfText} and, in chat models, the end of a turn. */
    default Set<Integer> endsOfText() {
        return endOfText().isPresent() ? Set.of(endOfText().getAsInt()) : Set.of();
    }

    /** The Jinja template that turns a chat's messages into a prompt, if the model's folder has one. */
    default Optional<String> chatTemplate() {
        return Optional.empty();
    }

    /** Writes the tokenizer into a model folder, where {@link #load} finds it. */
    void save(Path folder) throws IOException;

    /**
     * The text of some ids. Special tokens have no text; bytes that are not UTF-8 become the replacement character.
     *
     * @throws QuipuException if an id is outside the vocabulary
     */
    default String decode(int... tokens) {
        StreamingDecoder decoder = streamingDecoder();
        StringBuilder text = new StringBuilder(tokens.length);
        for (int token : tokens) {
            text.append(decoder.next(token));
        }
        return text.append(decoder.finish()).toString();
    }

    /**
     * The tokenizer of a model folder.
     *
     * @throws QuipuException if the folder has none that is known, or a damaged one
     */
    static Tokenizer load(Path folder) {
        return TokenizerFormat.load(folder);
    }

    /** Whether a model folder holds a tokenizer. */
    static boolean isIn(Path folder) {
        return TokenizerFormat.isIn(folder);
    }

    /**
     * The tokenizer that a file holds, or that a folder does.
     *
     * @throws QuipuException if there is no file, or none that holds a known tokenizer, or a damaged one
     */
    static Tokenizer of(Path file) {
        return Files.isDirectory(file) ? load(file) : TokenizerFormat.open(file);
    }
}
