package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import java.util.Optional;

/**
 * How pieces become text.
 *
 * @param vocabulary the pieces
 * @param takesFirstSpace whether the space before a text is none of its own
 * @param takesAllFirstSpaces whether that holds for all spaces before a text
 * @param unknownSurface what an unknown piece becomes
 * @param denormalizer what is done to the whole text, if anything
 */
record DecodingRules(
        Vocabulary vocabulary,
        boolean takesFirstSpace,
        boolean takesAllFirstSpaces,
        String unknownSurface,
        Optional<Normalizer> denormalizer) {
    static DecodingRules of(SentencePieceModel model, NormalizerSpec normalizer, Vocabulary vocabulary) {
        return new DecodingRules(
                vocabulary,
                normalizer.addDummyPrefix() || normalizer.removeExtraWhitespaces(),
                normalizer.removeExtraWhitespaces(),
                model.trainer().unknownSurface(),
                model.denormalizer()
                        .filter(spec -> spec.precompiledCharsmap().hasRemaining())
                        .map(spec -> new Normalizer(spec, false, new ByteTrie())));
    }

    /** The piece of a token. */
    SentencePiece check(int token) {
        if (token < 0 || token >= vocabulary.size()) {
            throw QuipuException.of(
                    "a token of 0 to " + (vocabulary.size() - 1), String.valueOf(token), "SentencePiece tokenizer", "");
        }
        return vocabulary.piece(token);
    }
}
