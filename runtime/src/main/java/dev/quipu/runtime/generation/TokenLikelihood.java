package dev.quipu.runtime.generation;

import java.util.List;

/**
 * How likely a token was.
 *
 * @param piece the vocabulary's name for it
 * @param logProbability natural logarithm of the model's own softmax, at temperature 1 and before any filter
 * @param alternatives the likeliest tokens there, likeliest first; may be none
 */
public record TokenLikelihood(int token, String piece, double logProbability, List<Alternative> alternatives) {
    /** A token that might have stood there. */
    public record Alternative(int token, String piece, double logProbability) {}

    public TokenLikelihood {
        alternatives = List.copyOf(alternatives);
    }
}
