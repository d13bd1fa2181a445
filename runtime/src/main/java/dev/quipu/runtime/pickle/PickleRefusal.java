package dev.quipu.runtime.pickle;

import dev.quipu.dsl.QuipuException;

/**
 * Says that a pickle is damaged or asks for something that is not read. {@link Pickle#read} and readers of files turn it
 * into a {@link QuipuException} that says where.
 */
public final class PickleRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    public PickleRefusal(String expected, String found) {
        super(expected + ", found " + found, null, false, false);
        this.expected = expected;
        this.found = found;
    }

    /** The same refusal with a place, for the user. */
    public QuipuException at(String where, String remedy) {
        return QuipuException.of(expected, found, where, remedy);
    }
}
