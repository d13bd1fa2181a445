package dev.quipu.runtime.data;

/**
 * A part of a token file.
 *
 * @param from position of the first token
 * @param to position behind the last token
 */
public record TokenRange(long from, long to) {
    public TokenRange {
        if (from < 0 || to < from) {
            throw new AssertionError("token range from " + from + " to " + to);
        }
    }

    /** The number of tokens. */
    public long length() {
        return to - from;
    }
}
