package dev.quipu.dsl.op;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Angles of rotary embeddings (Su et al. 2021), a constant: output f32[length, width]; row p holds
 * {@code cos(p * theta^(-2i/width))} for i in [0, width/2) and then the sines.
 *
 * @param theta base of the frequencies
 * @param length number of positions
 * @param width size of a head, even
 * @param scaling of the frequencies
 */
public record RopeTable(double theta, int length, int width, RopeScaling scaling) implements Terminal {
    /** With frequencies as they are. */
    public RopeTable(double theta, int length, int width) {
        this(theta, length, width, RopeScaling.NONE);
    }

    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 0, 0);
        Expect.that(theta > 0, "a positive theta", theta);
        Expect.that(width > 0 && width % 2 == 0, "an even head size", width);
        return List.of(Type.f32(new Dim("position", length), new Dim("angle", width)));
    }

    /** The angle in radians of one position and frequency. */
    public double angle(int position, int frequency) {
        return position * scaling.scaled(Math.pow(theta, -2.0 * frequency / width));
    }

    /** By hand, as in {@link Type}: each layer has one. */
    @Override
    public boolean equals(Object object) {
        return object instanceof RopeTable other
                && Double.compare(theta, other.theta) == 0
                && length == other.length
                && width == other.width
                && scaling.equals(other.scaling);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Double.hashCode(theta) + length) + width;
    }
}
