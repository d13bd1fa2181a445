package dev.quipu.dsl.op;

import dev.quipu.dsl.QuipuException;

/**
 * How rotary frequencies are slowed for contexts longer than the first training's, as Llama 3.1 does it (Grattafiori et al. 2024,
 * section 3.4.2, and the model's published code). With the wavelength {@code w = 2 pi / f} of a frequency f: above
 * {@code originalLength / lowFrequency} it becomes {@code f / factor}, below {@code originalLength / highFrequency} it stays, and
 * between it is {@code (1 - s) * f / factor + s * f} with
 * {@code s = (originalLength / w - lowFrequency) / (highFrequency - lowFrequency)}.
 *
 * @param factor 8 in Llama 3.1; 1 scales nothing
 * @param lowFrequency 1 in Llama 3.1
 * @param highFrequency 4 in Llama 3.1
 * @param originalLength context of the first training, 8,192 in Llama 3.1
 */
public record RopeScaling(double factor, double lowFrequency, double highFrequency, double originalLength) {
    /** Frequencies as they are. */
    public static final RopeScaling NONE = new RopeScaling(1, 0, 0, 0);

    public RopeScaling {
        boolean none = factor == 1 && lowFrequency == 0 && highFrequency == 0 && originalLength == 0;
        boolean scales = factor >= 1
                && Double.isFinite(factor)
                && lowFrequency > 0
                && highFrequency > lowFrequency
                && Double.isFinite(highFrequency)
                && originalLength >= 1
                && Double.isFinite(originalLength);
        if (!none && !scales) {
            throw QuipuException.of(
                    "a factor of at least 1, 0 < low frequency < high frequency, and an original length",
                    factor + ", " + lowFrequency + ", " + highFrequency + ", " + originalLength,
                    "RoPE scaling",
                    "");
        }
    }

    /** The frequency, in radians per position, that takes another's place. */
    public double scaled(double frequency) {
        if (equals(NONE)) {
            return frequency;
        }
        double turns = originalLength * frequency / (2 * Math.PI);
        if (turns < lowFrequency) {
            return frequency / factor;
        }
        if (turns > highFrequency) {
            return frequency;
        }
        double share = (turns - lowFrequency) / (highFrequency - lowFrequency);
        return (1 - share) * frequency / factor + share * frequency;
    }

    /** By hand, as in {@link RopeTable}. */
    @Override
    public boolean equals(Object object) {
        return object instanceof RopeScaling other
                && Double.compare(factor, other.factor) == 0
                && Double.compare(lowFrequency, other.lowFrequency) == 0
                && Double.compare(highFrequency, other.highFrequency) == 0
                && Double.compare(originalLength, other.originalLength) == 0;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(factor);
    }
}
