package dev.quipu.runtime.data;

/** Facts about tokens that a model's loss is compared with. */
public final class TokenStatistics {
    private TokenStatistics() {}

    /**
     * The unigram entropy, in nats per token: {@code -sum p ln p} over the frequencies p of the tokens in a range that are to be
     * learned. It is the loss of a model that knows how often each token occurs and nothing else.
     */
    public static double unigramEntropy(TokenFile tokens, TokenRange range) {
        long[] counts = new long[tokens.vocabularySize()];
        long total = 0;
        for (long position = range.from(); position < range.to(); position++) {
            if (tokens.isLearned(position)) {
                counts[tokens.get(position)]++;
                total++;
            }
        }
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                double frequency = (double) count / total;
                entropy -= frequency * Math.log(frequency);
            }
        }
        return entropy;
    }
}
