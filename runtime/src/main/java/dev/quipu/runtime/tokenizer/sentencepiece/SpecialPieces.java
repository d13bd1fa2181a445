package dev.quipu.runtime.tokenizer.sentencepiece;

/**
 * The pieces that are no text of their own, by the ids and names that a model was trained with.
 *
 * @param unknown stands for what no piece covers
 * @param beginOfText put before a text
 * @param endOfText put behind a text
 * @param padding fills up sequences
 */
public record SpecialPieces(Special unknown, Special beginOfText, Special endOfText, Special padding) {
    /** What a model file means when it says nothing; LLaMA's own choice too. */
    public static final SpecialPieces DEFAULT = new SpecialPieces(
            new Special(0, "<unk>"),
            new Special(1, "<s>"),
            new Special(2, "</s>"),
            new Special(Special.ABSENT, "<pad>"));

    /**
     * One of them.
     *
     * @param id its position in the vocabulary, {@value #ABSENT} if the vocabulary has none
     * @param text its name there
     */
    public record Special(int id, String text) {
        /** The id of what a vocabulary does not have. */
        public static final int ABSENT = -1;

        /** Whether the vocabulary has it. */
        public boolean isPresent() {
            return id >= 0;
        }
    }
}
