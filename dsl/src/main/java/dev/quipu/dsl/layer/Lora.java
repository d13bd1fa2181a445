package dev.quipu.dsl.layer;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;

/**
 * A linear layer that learns a correction of low rank (Hu et al. 2021, section 4.1): {@code y = x weight^T + bias + alpha/rank *
 * x loraDown^T loraUp^T}, [..., in] to [..., out]. It has the parameters of the {@link Linear} in whose place it stands under the
 * same names, frozen. {@code loraUp} begins as zeros, so that training begins with the layer as it was.
 *
 * @param weight [out, in]
 * @param bias [out], or null
 * @param loraDown [rank, in], A in the paper
 * @param loraUp [out, rank], B in the paper
 * @param alpha how much the correction counts, times the rank
 */
public record Lora(Parameter weight, Parameter bias, Parameter loraDown, Parameter loraUp, double alpha)
        implements Layer {
    public Lora {
        Shape of = weight.shape();
        boolean fits = loraDown.shape().rank() == 2
                && loraUp.shape().rank() == 2
                && loraDown.shape().size(1) == of.size(1)
                && loraUp.shape().size(0) == of.size(0)
                && loraUp.shape().size(1) == loraDown.shape().size(0);
        if (!fits) {
            throw QuipuException.of(
                    "factors [rank, " + of.dim(1) + "] and [" + of.dim(0) + ", rank]",
                    loraDown.shape() + " and " + loraUp.shape(),
                    "LoRA",
                    "");
        }
        if (!(alpha > 0 && Double.isFinite(alpha))) {
            throw QuipuException.of("an alpha above 0", Double.toString(alpha), "LoRA", "");
        }
    }

    /** In the place of a linear layer. The first {@code loraDown x} varies as much as x does. */
    public static Lora of(Linear base, int rank, double alpha) {
        Dim in = base.weight().shape().dim(1);
        Dim out = base.weight().shape().dim(0);
        if (rank < 1 || rank > Math.min(in.size(), out.size())) {
            throw QuipuException.of(
                    "a rank from 1 to " + Math.min(in.size(), out.size()) + ", the least size of "
                            + base.weight().shape(),
                    Integer.toString(rank),
                    "LoRA",
                    "");
        }
        Dim inner = new Dim("rank", rank);
        return new Lora(
                base.weight().frozen(),
                base.bias() == null ? null : base.bias().frozen(),
                Parameter.normal(1 / Math.sqrt(in.size()), inner, in),
                Parameter.zeros(out, inner),
                alpha);
    }

    public int rank() {
        return loraDown.shape().size(0);
    }

    /** What {@code loraUp loraDown} is multiplied by. */
    public double scale() {
        return alpha / rank();
    }

    /** The layer without its correction. */
    public Linear base() {
        return new Linear(weight, bias);
    }

    @Override
    public Tensor forward(Tensor input) {
        Tensor correction = input.linear(loraDown.tensor()).linear(loraUp.tensor());
        return Tensor.formula("base + " + scale() + " * correction", base().forward(input), correction);
    }
}
