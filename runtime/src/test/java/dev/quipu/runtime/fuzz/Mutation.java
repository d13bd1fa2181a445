package dev.quipu.runtime.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages valid inputs: flipped bits, cut and grown files, lengths that cannot be, parts of other files. */
final class Mutation {
    private static final int MOST_CHANGES = 4;
    private static final int HEADER = 256;
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        9,
        13,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        0x3FFFFFFF,
        0x40000000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFFFFFFL,
        1L << 32,
        1L << 40,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE - 31,
        -1,
        -2,
        -8
    };

    private final List<byte[]> seeds;
    private final SplittableRandom random;
    private byte[] bytes;

    private Mutation(List<byte[]> seeds, SplittableRandom random) {
        this.seeds = seeds;
        this.random = random;
        this.bytes = seed().clone();
    }

    /** The input of a number: always the same for the same seeds. */
    static byte[] of(List<byte[]> seeds, long number) {
        Mutation mutation = new Mutation(seeds, new SplittableRandom(number));
        // Most inputs have one change, because those get furthest.
        int changes = 1 + Math.min(MOST_CHANGES - 1, Integer.numberOfTrailingZeros(mutation.random.nextInt()));
        for (int change = 0; change < changes; change++) {
            mutation.change();
        }
        return mutation.bytes;
    }

    private byte[] seed() {
        return seeds.get(random.nextInt(seeds.size()));
    }

    private void change() {
        switch (random.nextInt(12)) {
            case 0 -> set(at -> bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE)));
            case 1 -> set(at -> bytes[at] = (byte) random.nextInt());
            case 2 -> number(Integer.BYTES);
            case 3 -> number(Long.BYTES);
            case 4 -> nudge();
            case 5 -> bytes = Arrays.copyOf(bytes, position());
            case 6 -> insert(bytes.length, noise());
            case 7 -> replace(range(bytes), new byte[0]);
            case 8 -> insert(position(), part(bytes));
            case 9 -> replace(range(bytes), part(seed()));
            case 10 -> set(at -> bytes[at] = (byte) "0123456789-.eE\"\\,:[]{}".charAt(random.nextInt(22)));
            default -> {
                int[] range = range(bytes);
                Arrays.fill(bytes, range[0], range[1], (byte) random.nextInt(-1, 1));
            }
        }
    }

    /** Half of all places are near the beginning, where headers are. */
    private int position() {
        int bound = random.nextBoolean() ? Math.min(bytes.length, HEADER) : bytes.length;
        return bound == 0 ? 0 : random.nextInt(bound);
    }

    private interface Change {
        void at(int position);
    }

    private void set(Change change) {
        if (bytes.length > 0) {
            change.at(position());
        }
    }

    /** A number of the list, or one near the file's size, over an aligned or an unaligned place. */
    private void number(int width) {
        long value = random.nextInt(3) == 0
                ? bytes.length + random.nextInt(-9, 10)
                : NUMBERS[random.nextInt(NUMBERS.length)];
        int at = random.nextBoolean() ? position() : position() / Integer.BYTES * Integer.BYTES;
        if (at + width <= bytes.length) {
            byte[] all = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array();
            System.arraycopy(all, 0, bytes, at, width);
        }
    }

    /** A length or an offset that is nearly right. */
    private void nudge() {
        int at = position();
        if (at + Integer.BYTES <= bytes.length) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(at, buffer.getInt(at) + random.nextInt(-8, 9));
        }
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(1, 64)];
        random.nextBytes(noise);
        return noise;
    }

    private int[] range(byte[] of) {
        int begin = of.length == 0 ? 0 : random.nextInt(of.length);
        return new int[] {begin, Math.min(of.length, begin + random.nextInt(1, 1 << random.nextInt(1, 8)))};
    }

    private byte[] part(byte[] of) {
        int[] range = range(of);
        return Arrays.copyOfRange(of, range[0], range[1]);
    }

    private void insert(int at, byte[] part) {
        replace(new int[] {at, at}, part);
    }

    private void replace(int[] range, byte[] part) {
        byte[] result = new byte[bytes.length - (range[1] - range[0]) + part.length];
        System.arraycopy(bytes, 0, result, 0, range[0]);
        System.arraycopy(part, 0, result, range[0], part.length);
        System.arraycopy(bytes, range[1], result, range[0] + part.length, bytes.length - range[1]);
        bytes = result;
    }
}
