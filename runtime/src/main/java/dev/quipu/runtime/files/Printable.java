package dev.quipu.runtime.files;

/** Text out of a file that may be damaged, fit for a message: on one line and not too long. */
public final class Printable {
    private static final int MAXIMUM = 100;

    private Printable() {}

    /** The text with control characters escaped, and with three dots in place of what comes after its first hundred characters. */
    public static String of(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAXIMUM); i++) {
            char character = text.charAt(i);
            boolean plain = !Character.isISOControl(character) && character != '\u2028' && character != '\u2029';
            line.append(plain ? String.valueOf(character) : "\\u%04x".formatted((int) character));
        }
        return text.length() > MAXIMUM ? line + "..." : line.toString();
    }
}
