package dev.quipu.runtime.jvm;

import dev.quipu.dsl.QuipuException;
import java.util.function.IntSupplier;

/** Whole numbers among the system properties. */
final class Setting {
    private Setting() {}

    /**
     * A property's value, or the default where it is not set.
     *
     * @throws QuipuException if it is not a whole number in [least, most]
     */
    static int number(String property, int least, int most, IntSupplier otherwise) {
        String text = System.getProperty(property);
        if (text == null) {
            return otherwise.getAsInt();
        }
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, like a number that is out of range
        }
        throw QuipuException.of("a whole number from " + least + " to " + most, text, "-D" + property, "");
    }
}
