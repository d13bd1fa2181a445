package dev.quipu.runtime.generation;

import dev.quipu.runtime.generation.TokenLikelihood.Alternative;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Log-probabilities from rows of logits, in double precision. */
final class Likelihoods {
    private final Tokenizer tokenizer;
    private final int vocabulary;
    private final int alternatives;

    /**
     * @param vocabulary the model's
     * @param alternatives how many of the likeliest tokens to name
     */
    Likelihoods(Tokenizer tokenizer, int vocabulary, int alternatives) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.alternatives = alternatives;
    }

    /** Of one token, from a row of f32 logits at a byte offset. */
    TokenLikelihood of(int token, MemorySegment segment, long offset) {
        float[] logits = new float[vocabulary];
        MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, offset, logits, 0, vocabulary);
        double total = logSumExp(logits);
        List<Alternative> likeliest = new ArrayList<>();
        for (int id : likeliest(logits)) {
            likeliest.add(new Alternative(id, tokenizer.piece(id), logits[id] - total));
        }
        return new TokenLikelihood(token, tokenizer.piece(token), logits[token] - total, likeliest);
    }

    private static double logSumExp(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    /** Ids that have a text, likeliest first, the lower first among equals. */
    private List<Integer> likeliest(float[] logits) {
        List<Integer> best = new ArrayList<>();
        for (int id = 0; id < tokenizer.vocabularySize() && alternatives > 0; id++) {
            int place = best.size();
            while (place > 0 && logits[best.get(place - 1)] < logits[id]) {
                place--;
            }
            if (place < alternatives) {
                best.add(place, id);
                if (best.size() > alternatives) {
                    best.removeLast();
                }
            }
        }
        return best;
    }
}
