package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import java.util.Random;

/** Where the elements of a row's tensor come from: a function of the place and of seeded random numbers. */
@FunctionalInterface
interface Values {
    double at(int place, Random random);

    static Values normal(double deviation) {
        return (place, random) -> deviation * random.nextGaussian();
    }

    static Values uniform(double from, double to) {
        return (place, random) -> from + (to - from) * random.nextDouble();
    }

    /** Both signs of a magnitude, spread by half a percent. */
    static Values around(double magnitude) {
        return (place, random) -> (place % 2 == 0 ? 1 : -1) * magnitude * (1 + 0.01 * (random.nextDouble() - 0.5));
    }

    /** Integers in [from, to). */
    static Values integers(int from, int to) {
        return (place, random) -> from + random.nextInt(to - from);
    }

    /** These, again and again. */
    static Values cycle(double... values) {
        return (place, random) -> values[place % values.length];
    }

    /** Elements that a device can hold exactly: numbers are rounded to single precision. */
    default Array array(Type type, long seed) {
        Random random = new Random(seed);
        return type.dtype() == DType.F32
                ? Array.of(type, place -> (float) at(place, random))
                : Array.of(type, place -> at(place, random));
    }
}
