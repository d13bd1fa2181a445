package dev.quipu.dsl.layer;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Tensor;

/**
 * {@code y = x weight^T + bias}: [..., in] to [..., out].
 *
 * @param weight [out, in]
 * @param bias [out], or null
 */
public record Linear(Parameter weight, Parameter bias) implements Layer {
    /** Without bias; weights normal with the deviation. */
    public static Linear of(Dim in, Dim out, double deviation) {
        return new Linear(Parameter.normal(deviation, out, in), null);
    }

    /** With a bias of zeros. */
    public static Linear withBias(Dim in, Dim out, double deviation) {
        return new Linear(Parameter.normal(deviation, out, in), Parameter.zeros(out));
    }

    @Override
    public Tensor forward(Tensor input) {
        Tensor product = input.linear(weight.tensor());
        return bias == null ? product : product.plus(bias.tensor());
    }
}
