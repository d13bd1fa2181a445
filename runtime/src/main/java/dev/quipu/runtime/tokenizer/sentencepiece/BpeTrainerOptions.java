package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;

/**
 * What a trainer is asked for.
 *
 * @param vocabulary the number of pieces: special ones, bytes, characters and merges
 * @param characterCoverage the share of the text, 0.98 to 1, whose characters get pieces; the rarest beyond it do not
 * @param longestLine in bytes of UTF-8; longer lines are left out, for they are rarely text
 * @param pieceRules which texts may be pieces
 * @param byteFallback whether the vocabulary holds all bytes, for characters without a piece
 * @param removeExtraSpaces whether the tokenizer, in training and in use, takes several spaces for one and drops those at the
 *     ends of a text
 */
public record BpeTrainerOptions(
        int vocabulary,
        float characterCoverage,
        int longestLine,
        PieceRules pieceRules,
        boolean byteFallback,
        boolean removeExtraSpaces) {
    private static final float LEAST_COVERAGE = 0.98f;
    private static final int SHORTEST_LONGEST_LINE = 10;
    private static final int LONGEST_LONGEST_LINE = 1_000_000;

    public BpeTrainerOptions {
        if (vocabulary < 1) {
            throw QuipuException.of("at least 1 piece", String.valueOf(vocabulary), "vocabulary", "");
        }
        if (!(characterCoverage >= LEAST_COVERAGE && characterCoverage <= 1)) {
            throw QuipuException.of(
                    LEAST_COVERAGE + " to 1", String.valueOf(characterCoverage), "character coverage", "");
        }
        if (longestLine < SHORTEST_LONGEST_LINE || longestLine > LONGEST_LONGEST_LINE) {
            throw QuipuException.of(
                    SHORTEST_LONGEST_LINE + " to " + LONGEST_LONGEST_LINE + " bytes",
                    String.valueOf(longestLine),
                    "longest line",
                    "");
        }
    }

    /** As LLaMA's tokenizer was trained: digits one by one, bytes for unknown characters, a piece for every character. */
    public static BpeTrainerOptions of(int vocabulary) {
        return new BpeTrainerOptions(
                vocabulary, 1, TrainerSpec.DEFAULT.longestSentence(), PieceRules.LLAMA, true, true);
    }

    /** The settings that a model file records. */
    TrainerSpec trainerSpec() {
        return new TrainerSpec(
                TrainerSpec.ModelType.BPE,
                vocabulary,
                characterCoverage,
                longestLine,
                pieceRules,
                TrainerSpec.DEFAULT.treatWhitespaceAsSuffix(),
                byteFallback,
                SpecialPieces.DEFAULT,
                TrainerSpec.DEFAULT.unknownSurface(),
                KeptFields.NONE);
    }

    NormalizerSpec normalizerSpec() {
        return NormalizerSpec.IDENTITY.withRemoveExtraWhitespaces(removeExtraSpaces);
    }
}
