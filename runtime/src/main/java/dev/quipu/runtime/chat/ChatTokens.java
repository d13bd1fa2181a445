package dev.quipu.runtime.chat;

import java.util.BitSet;
import java.util.List;

/**
 * A conversation's token ids.
 *
 * @param ids in order
 * @param learned the places of the ids that the assistant says, its end of a turn among them
 */
public record ChatTokens(List<Integer> ids, BitSet learned) {
    public ChatTokens {
        ids = List.copyOf(ids);
        learned = (BitSet) learned.clone();
        if (learned.length() > ids.size()) {
            throw new AssertionError("a token to learn at " + (learned.length() - 1) + " of " + ids.size());
        }
    }

    @Override
    public BitSet learned() {
        return (BitSet) learned.clone();
    }
}
