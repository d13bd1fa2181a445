package dev.quipu.codegen.gpu;

import java.util.stream.LongStream;

/** The ints from least to most that a value may be; sums and products are taken not to overflow. */
record Range(long least, long most) {
    static final Range ANY = new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);
    static final Range NATURAL = new Range(0, Integer.MAX_VALUE);

    Range {
        if (least > most) {
            throw new AssertionError("no range: " + least + " to " + most);
        }
    }

    static Range of(long value) {
        return new Range(value, value);
    }

    private static Range within(long least, long most) {
        return new Range(
                Math.clamp(least, Integer.MIN_VALUE, Integer.MAX_VALUE),
                Math.clamp(most, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    boolean mayBeNegative() {
        return least < 0;
    }

    boolean isOne() {
        return least == most;
    }

    Range union(Range other) {
        return new Range(Math.min(least, other.least), Math.max(most, other.most));
    }

    Range negated() {
        return within(-most, -least);
    }

    Range plus(Range other) {
        return within(least + other.least, most + other.most);
    }

    Range times(Range other) {
        long[] ends = {least * other.least, least * other.most, most * other.least, most * other.most};
        return within(
                LongStream.of(ends).min().orElseThrow(),
                LongStream.of(ends).max().orElseThrow());
    }

    /** Divided by what is not known to be a positive number, anything. */
    Range dividedBy(Range other) {
        if (other.least < 1) {
            return ANY;
        }
        return new Range(least / (least < 0 ? other.least : other.most), most / (most < 0 ? other.most : other.least));
    }

    /** What is left by such a division. */
    Range modulo(Range other) {
        if (other.least < 1) {
            return ANY;
        }
        long largest = other.most - 1;
        return new Range(least < 0 ? Math.max(least, -largest) : 0, most > 0 ? Math.min(most, largest) : 0);
    }

    Range smaller(Range other) {
        return new Range(Math.min(least, other.least), Math.min(most, other.most));
    }

    Range larger(Range other) {
        return new Range(Math.max(least, other.least), Math.max(most, other.most));
    }

    Range shiftedRight(int by) {
        return new Range(least >> by, most >> by);
    }

    /** The bits that it has in common with another, which is at most the smaller of two naturals. */
    Range and(Range other) {
        if (mayBeNegative() && other.mayBeNegative()) {
            return ANY;
        }
        long bound = mayBeNegative() ? other.most : other.mayBeNegative() ? most : Math.min(most, other.most);
        return new Range(0, bound);
    }
}
