package dev.quipu.runtime.device;

import dev.quipu.dsl.Initial;
import dev.quipu.runtime.buffer.Buffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * First values of parameters. Every stretch of {@value #STRETCH} elements has a generator of its own, seeded by the seed, the
 * parameter's name and the stretch's number: values depend neither on other parameters nor on who fills them first.
 */
final class InitialValues {
    private static final int STRETCH = 1 << 16;

    private InitialValues() {}

    /** Work for any threads, in any order, that fills a buffer. */
    static Stream<Runnable> stretches(Buffer buffer, Initial initial, long seed, String name) {
        return LongStream.iterate(0, start -> start < buffer.length(), start -> start + STRETCH)
                .mapToObj(start -> () -> fill(buffer, start, initial, mix(seed) ^ hash(name)));
    }

    private static void fill(Buffer buffer, long start, Initial initial, long seed) {
        float[] values = new float[(int) Math.min(STRETCH, buffer.length() - start)];
        switch (initial) {
            case Initial.Normal normal -> {
                SplittableRandom random = new SplittableRandom(mix(seed ^ mix(start)));
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (normal.deviation() * random.nextGaussian());
                }
            }
            case Initial.Constant constant -> Arrays.fill(values, (float) constant.value());
        }
        buffer.setFloats(start, values);
    }

    /** FNV-1a of 64 bits; String.hashCode has too few bits to tell thousands of names apart for sure. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The finalizer of MurmurHash3: neighbouring seeds give unrelated generators. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
