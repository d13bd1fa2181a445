package dev.quipu.runtime.device;

import dev.quipu.dsl.Initial;
import dev.quipu.runtime.buffer.Buffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * First values of parameters. Every stretch of {@value #STRETCH} elements has a generator of its own, seeded by the seed, the
 * parameter's name and the stretch's number: values depend neither on other parameters nor on who fills them first.
 */
final class InitialValues {
    private static final int STRETCH = 1 << 16;

    private InitialValues() {}

    static void fill(Buffer buffer, Initial initial, long seed, String name) {
        float[] values = new float[STRETCH];
        for (long start = 0; start < buffer.length(); start += STRETCH) {
            int count = (int) Math.min(STRETCH, buffer.length() - start);
            float[] stretch = count == STRETCH ? values : new float[count];
            switch (initial) {
                case Initial.Normal normal -> {
                    SplittableRandom random = new SplittableRandom(mix(mix(seed) ^ hash(name) ^ mix(start)));
                    for (int i = 0; i < count; i++) {
                        stretch[i] = (float) (normal.deviation() * random.nextGaussian());
                    }
                }
                case Initial.Constant constant -> Arrays.fill(stretch, (float) constant.value());
            }
            buffer.setFloats(start, stretch);
        }
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
