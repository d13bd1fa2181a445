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

    /**
     * The line "WHERE: expected EXPECTED, found FOUND; REMEDY". An empty remedy is left out. Control characters, which damaged
     * files bring along, are shown as spaces, so that it stays one line.
     */
    public static QuipuException of(String expected, String found, String where, String remedy) {
        String line = where + ": expected " + expected + ", found " + found + (remedy.isEmpty() ? "" : "; " + remedy);
        return new QuipuException(line.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " "));
    }
}
