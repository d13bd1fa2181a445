package dev.quipu.runtime.data;

/** Facts about tokens that a model's loss is compared with. */
public final class TokenStatistics {
    private TokenStatistics() {}

    /**
     * The unigram entropy, in nats per token: {@code -sum p ln p} over the frequencies p of the tokens in a range. It is the loss of
     * a model that knows how often each token occurs and nothing else.
     */
    public static double unigramEntropy(TokenFile tokens, TokenRange range) {
        long[] counts = new long[tokens.vocabularySize()];
        for (long position = range.from(); position < range.to(); position++) {
            counts[tokens.get(position)]++;
        }
        double entropy = 0;
        for (long count : counts) {
            if (count > 0) {
                double frequency = (double) count / range.length();
                entropy -= frequency * Math.log(frequency);
            }
        }
        return entropy;
    }
}
