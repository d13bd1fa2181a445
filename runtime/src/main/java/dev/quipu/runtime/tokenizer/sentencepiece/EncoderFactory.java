package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.function.Supplier;

/**
 * Makes encoders for a model.
 *
 * @param encoders makes one; what they share is made once
 * @param cuts where a text may be cut
 */
record EncoderFactory(Supplier<PieceEncoder> encoders, CutRule cuts) {
    static EncoderFactory of(SentencePieceModel model, Vocabulary vocabulary, Normalizer normalizer) {
        return switch (model.trainer().modelType()) {
            case BPE -> {
                MergeTable table = new MergeTable(vocabulary);
                CutRule cuts = bytePairCuts(model, vocabulary, normalizer, table);
                yield new EncoderFactory(() -> new BytePairEncoder(vocabulary, table), cuts);
            }
            case UNIGRAM -> {
                ByteTrie pieces = UnigramEncoder.pieces(vocabulary);
                yield new EncoderFactory(() -> new UnigramEncoder(vocabulary, pieces), CutRule.NEVER);
            }
            case WORD -> new EncoderFactory(() -> new WordEncoder(vocabulary), CutRule.NEVER);
            case CHAR -> new EncoderFactory(() -> new CharacterEncoder(vocabulary), CutRule.NEVER);
        };
    }

    /** Rules that look at several characters, and unused pieces, tie a text together from end to end. */
    private static CutRule bytePairCuts(
            SentencePieceModel model, Vocabulary vocabulary, Normalizer normalizer, MergeTable table) {
        boolean isTied = !normalizer.keepsCharacters()
                || vocabulary.hasUnused()
                || model.trainer().treatWhitespaceAsSuffix();
        return isTied ? CutRule.NEVER : new BytePairCuts(vocabulary, table, model.normalizer());
    }
}
