package dev.quipu.runtime.tokenizer.sentencepiece;

/**
 * How a model was trained, as far as it matters to the use of the model or to training one like it.
 *
 * @param modelType how texts are cut
 * @param vocabularySize the number of pieces asked for
 * @param characterCoverage the share of the corpus, 0 to 1, whose characters got pieces
 * @param longestSentence in bytes of UTF-8; longer lines were left out
 * @param pieceRules which texts may be pieces
 * @param treatWhitespaceAsSuffix whether a space belongs to the word before it
 * @param byteFallback whether characters without a piece are cut into bytes
 * @param specialPieces ids and names of the pieces that are no text
 * @param unknownSurface what an unknown piece is decoded to
 * @param kept fields without a meaning here
 */
public record TrainerSpec(
        ModelType modelType,
        int vocabularySize,
        float characterCoverage,
        int longestSentence,
        PieceRules pieceRules,
        boolean treatWhitespaceAsSuffix,
        boolean byteFallback,
        SpecialPieces specialPieces,
        String unknownSurface,
        KeptFields kept) {
    /** What a model file means when it says nothing. */
    public static final TrainerSpec DEFAULT = new TrainerSpec(
            ModelType.UNIGRAM,
            8000,
            0.9995f,
            4192,
            PieceRules.DEFAULT,
            false,
            false,
            SpecialPieces.DEFAULT,
            " \u2047 ",
            KeptFields.NONE);

    /** How texts are cut into pieces. */
    public enum ModelType {
        /** The most probable cut, where every piece has a probability. */
        UNIGRAM(1),
        /** Byte-pair encoding: neighbours are merged, the best pair first. */
        BPE(2),
        /** One piece for each word between spaces. */
        WORD(3),
        /** One piece for each character. */
        CHAR(4);

        private final int number;

        ModelType(int number) {
            this.number = number;
        }

        /** The number that stands for the type in model files. */
        int number() {
            return number;
        }
    }
}
