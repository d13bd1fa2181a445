package dev.quipu.runtime.data;

/**
 * A seeded permutation of 0 to {@code size - 1} that takes no memory: a Feistel network of four rounds over the smallest even
 * number of bits that holds the size; numbers outside are encrypted again until one is inside (cycle walking; Black and
 * Rogaway 2002, "Ciphers with arbitrary finite domains").
 *
 * @param size how many numbers are permuted, 1 to 2^62
 * @param seed chooses the permutation
 */
record Permutation(long size, long seed) {
    private static final int ROUNDS = 4;

    Permutation {
        if (size < 1 || size > 1L << 62) {
            throw new AssertionError("permutation of " + size);
        }
    }

    /** Where a number goes. */
    long apply(long index) {
        if (index < 0 || index >= size) {
            throw new AssertionError(index + " in a permutation of " + size);
        }
        long result = encrypt(index);
        while (result >= size) {
            result = encrypt(result);
        }
        return result;
    }

    private long encrypt(long value) {
        int halfBits = Math.max(1, Math.ceilDiv(Long.SIZE - Long.numberOfLeadingZeros(size - 1), 2));
        long mask = (1L << halfBits) - 1;
        long left = value >>> halfBits;
        long right = value & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (mix(right + mix(seed + round)) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the result depends on every bit of the input. */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
