package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Elements of a tensor, by their places in row-major order.
 *
 * @param from counted from 0
 * @param to the place after the last
 */
record ValueRange(int from, int to) {
    private static final Pattern TEXT = Pattern.compile("(?:(\\d{1,9}):)?(\\d{1,9})");

    /** {@code N} for the first ones, {@code FROM:TO} for others. */
    static ValueRange parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (matcher.matches()) {
            int from = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
            int to = Integer.parseInt(matcher.group(2));
            if (from < to) {
                return new ValueRange(from, to);
            }
        }
        throw QuipuException.of("a number above 0, or FROM:TO", text, "--values", "16:24 shows eight values");
    }

    /** The part of it that a tensor of so many elements has. */
    ValueRange within(int elements) {
        return new ValueRange(Math.min(from, elements), Math.min(to, elements));
    }
}
