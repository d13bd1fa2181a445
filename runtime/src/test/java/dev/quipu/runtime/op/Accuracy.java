package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;

/**
 * How far elements may be from the expected ones: {@code relative * (|expected| + share * rms)}, where rms is the root mean square
 * of the expected tensor, and for what is computed the rounding of numbers below single precision's normal range.
 *
 * @param share 1 where cancelling sums make small elements as uncertain as large ones; 0 where each element stands alone
 */
record Accuracy(double relative, double share) {
    private static final double TINY = 1e-42;

    /** Sums and products of a few hundred terms in single precision. */
    static final Accuracy OF_SUMS = new Accuracy(1e-5, 1);

    /** Functions of one element, a few units in the last place each. */
    static final Accuracy OF_ELEMENTS = new Accuracy(3e-6, 0);

    /** Elements that are only moved. */
    static final Accuracy EXACT = new Accuracy(0, 0);

    /** Two computations in double precision. */
    static final Accuracy OF_DOUBLES = new Accuracy(1e-12, 1);

    /** The first element that is too far away as text, or an empty text. */
    String complaint(Array expected, Array found) {
        return complaint(expected, found, 0);
    }

    /** As above, where {@code more} is allowed to every element. */
    String complaint(Array expected, Array found, double more) {
        if (found == null || !expected.type().shape().sameSizes(found.type().shape())) {
            return "expected " + expected.type() + ", found " + (found == null ? "nothing" : found.type());
        }
        double rms = expected.norm() / Math.sqrt(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            double least = relative == 0 ? 0 : TINY;
            double allowed = relative * (Math.abs(expected.get(i)) + share * rms) + least + more;
            boolean near = Math.abs(expected.get(i) - found.get(i)) <= allowed;
            if (!near && Double.compare(expected.get(i), found.get(i)) != 0) {
                return "element " + i + " of " + expected.type() + ": expected " + expected.get(i) + ", found "
                        + found.get(i);
            }
        }
        return "";
    }
}
