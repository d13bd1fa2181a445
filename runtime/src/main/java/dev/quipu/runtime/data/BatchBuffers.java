package dev.quipu.runtime.data;

import dev.quipu.runtime.buffer.Buffer;
import java.util.Optional;

/**
 * Where a batch is written, row by row.
 *
 * @param tokens i32[batch, sequence]
 * @param targets i32[batch, sequence]: the token that follows each, negative where there is nothing to learn
 * @param starts i32[batch, sequence], where rows hold separate documents: the place at which each token's document begins
 */
public record BatchBuffers(Buffer tokens, Buffer targets, Optional<Buffer> starts) {
    /** The target of a token after which there is nothing to learn. */
    public static final int NOTHING = -1;
}
