package dev.quipu.dsl;

/**
 * A mistake of the user's: one clear line that says what was expected, what was found, where, and what to do. Quipu's own
 * mistakes are {@link AssertionError}s.
 */
public class QuipuException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public QuipuException(String message) {
        super(message);
    }

    public QuipuException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The line "WHERE: expected EXPECTED, found FOUND; REMEDY". An empty remedy is left out. */
    public static QuipuException of(String expected, String found, String where, String remedy) {
        return new QuipuException(
                where + ": expected " + expected + ", found " + found + (remedy.isEmpty() ? "" : "; " + remedy));
    }
}
