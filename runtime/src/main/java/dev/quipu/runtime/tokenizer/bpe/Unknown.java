package dev.quipu.runtime.tokenizer.bpe;

import java.util.OptionalInt;

/**
 * What stands for characters that the vocabulary does not have: nothing, or a token.
 *
 * @param fused whether neighbours become one token
 */
record Unknown(OptionalInt token, boolean fused) {
    /** Appends what stands for one unknown character; returns the number of symbols after it. */
    int append(int[] symbols, int count, boolean afterUnknown) {
        if (token.isEmpty() || (fused && afterUnknown)) {
            return count;
        }
        symbols[count] = token.getAsInt();
        return count + 1;
    }
}
