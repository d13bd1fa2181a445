package dev.quipu.models;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.layer.RmsNorm;
import dev.quipu.dsl.op.RopeScaling;
import java.util.Objects;

/**
 * The sizes of a {@link Llama}; the methods named {@code ...Dim} give them the names that shapes print.
 *
 * @param dim channels of a position between the blocks
 * @param layers number of blocks
 * @param heads query heads of a block
 * @param keyValueHeads heads of keys and values, each of which serves {@code heads / keyValueHeads} query heads
 * @param headSize channels of a head, even because RoPE rotates pairs
 * @param hidden channels inside the feed-forward
 * @param vocabulary number of token ids
 * @param context the longest sequence
 * @param normEpsilon added to the mean square in RMSNorm
 * @param ropeTheta base of RoPE's frequencies
 * @param ropeScaling how RoPE's frequencies are slowed for a longer context
 * @param tied whether the embedding's table is also the output projection
 * @param window how many keys a query sees, itself included; 0 for all
 */
public record LlamaConfig(
        int dim,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int hidden,
        int vocabulary,
        int context,
        double normEpsilon,
        double ropeTheta,
        RopeScaling ropeScaling,
        boolean tied,
        int window) {
    public LlamaConfig {
        Objects.requireNonNull(ropeScaling, "ropeScaling");
        positive("dim", dim);
        positive("layers", layers);
        positive("heads", heads);
        positive("keyValueHeads", keyValueHeads);
        positive("headSize", headSize);
        positive("hidden", hidden);
        positive("vocabulary", vocabulary);
        positive("context", context);
        check(
                heads % keyValueHeads == 0,
                "keyValueHeads",
                "a number that divides the " + heads + " heads",
                keyValueHeads);
        check(headSize % 2 == 0, "headSize", "an even number, because RoPE rotates pairs of channels", headSize);
        check(normEpsilon > 0 && normEpsilon < 1, "normEpsilon", "a small positive number", normEpsilon);
        check(ropeTheta > 1 && Double.isFinite(ropeTheta), "ropeTheta", "a number above 1", ropeTheta);
        check(window >= 0, "window", "0 (no window) or more", window);
    }

    /** Without scaling of RoPE's frequencies. */
    public LlamaConfig(
            int dim,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int hidden,
            int vocabulary,
            int context,
            double normEpsilon,
            double ropeTheta,
            boolean tied,
            int window) {
        this(
                dim,
                layers,
                heads,
                keyValueHeads,
                headSize,
                hidden,
                vocabulary,
                context,
                normEpsilon,
                ropeTheta,
                RopeScaling.NONE,
                tied,
                window);
    }

    /** As in the first LLaMA: every query head has keys of its own, theta 10,000, epsilon 1e-5, untied, no window. */
    public static LlamaConfig of(int dim, int layers, int heads, int hidden, int vocabulary, int context) {
        positive("heads", heads);
        check(dim % heads == 0, "heads", "a number that divides dim " + dim, heads);
        return new LlamaConfig(
                dim, layers, heads, heads, dim / heads, hidden, vocabulary, context, 1e-5, 1e4, false, 0);
    }

    /** The same sizes with another number of token ids. */
    public LlamaConfig withVocabulary(int size) {
        return new LlamaConfig(
                dim,
                layers,
                heads,
                keyValueHeads,
                headSize,
                hidden,
                size,
                context,
                normEpsilon,
                ropeTheta,
                ropeScaling,
                tied,
                window);
    }

    /**
     * Standard deviation of the first weights. The LLaMA papers give none; 0.02 is GPT-2's (Radford et al. 2019), which
     * Hugging Face has as LLaMA's {@code initializer_range}.
     */
    public double deviation() {
        return 0.02;
    }

    /**
     * Deviation for the two projections of a block that add to the residual stream: smaller by sqrt(2 layers), so that the
     * stream's variance does not grow with depth (Radford et al. 2019, section 2.3).
     */
    public double residualDeviation() {
        return deviation() / Math.sqrt(2.0 * layers);
    }

    /** A norm over the channels, with weights of one. */
    public RmsNorm norm() {
        return RmsNorm.of(channelDim(), (float) normEpsilon);
    }

    public Dim channelDim() {
        return new Dim("channel", dim);
    }

    public Dim headDim() {
        return new Dim("head", heads);
    }

    public Dim keyValueHeadDim() {
        return new Dim("key_head", keyValueHeads);
    }

    public Dim headSizeDim() {
        return new Dim("head_size", headSize);
    }

    /** All query heads side by side. */
    public Dim queryDim() {
        return headDim().times(headSizeDim());
    }

    /** All key heads, or all value heads, side by side. */
    public Dim keyValueDim() {
        return keyValueHeadDim().times(headSizeDim());
    }

    public Dim hiddenDim() {
        return new Dim("hidden", hidden);
    }

    public Dim vocabularyDim() {
        return new Dim("vocabulary", vocabulary);
    }

    private static void positive(String name, int value) {
        check(value >= 1, name, "at least 1", value);
    }

    private static void check(boolean holds, String name, String expected, Object found) {
        if (!holds) {
            throw QuipuException.of(name + " to be " + expected, String.valueOf(found), "model configuration", "");
        }
    }
}
