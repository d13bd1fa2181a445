package dev.quipu.runtime.view;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as people write it: {@code 500000}, {@code 512MiB}, {@code 2.5GiB}. {@link Quantity} is the way back. */
public final class ByteSize {
    private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB", "TiB");
    private static final Pattern FORM = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)\\s*([KMGT]iB|)");
    private static final int STEP = 1024;

    private ByteSize() {}

    /**
     * The bytes, at least 1.
     *
     * @param option for messages
     */
    public static long parse(String text, String option) {
        Matcher form = FORM.matcher(text);
        double bytes =
                form.matches() ? Double.parseDouble(form.group(1)) * Math.pow(STEP, UNITS.indexOf(form.group(2))) : 0;
        if (bytes < 1 || bytes >= Long.MAX_VALUE) {
            throw QuipuException.of(
                    "a number of bytes such as 512MiB or 5GiB", text.isBlank() ? "nothing" : text, option, "");
        }
        return (long) bytes;
    }
}
