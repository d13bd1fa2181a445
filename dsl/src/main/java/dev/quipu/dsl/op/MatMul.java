package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Matrix product. Inputs left f32[..., M, K] and right f32[..., K, N], or both bf16; output f32[..., M, N], summed in f32.
 * Either may be stored transposed. A weight, of two dimensions and stored transposed, may be bf16 or int8 beside an f32 left: its
 * elements are widened as they are read. It may be int8 beside a bf16 left: its elements are widened and rounded to bf16. The
 * leading dimensions of both must agree, except that a right of two dimensions serves any number of leading dimensions of an
 * untransposed left: that is a linear layer.
 */
public record MatMul(boolean transposeLeft, boolean transposeRight) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 2);
        Type left = inputs.get(0);
        Type right = inputs.get(1);
        if (!isWeight(left, right)) {
            Expect.f32OrBf16(inputs);
        }
        Expect.rank(left, 2, "a left matrix of at least two dimensions");
        Expect.rank(right, 2, "a right matrix of at least two dimensions");
        Dim depth = left.shape().dim(transposeLeft ? -2 : -1);
        Dim rightDepth = right.shape().dim(transposeRight ? -1 : -2);
        Expect.that(
                depth.size() == rightDepth.size(),
                () -> "a right matrix whose inner dimension has the left's size " + depth,
                () -> right + (transposeRight ? " (stored transposed)" : ""));
        int leading = left.shape().rank() - 2;
        boolean shared = right.shape().rank() == 2 && !transposeLeft;
        Expect.that(
                shared
                        || left.shape()
                                .sub(0, leading)
                                .sameSizes(right.shape().sub(0, right.shape().rank() - 2)),
                () -> "equal leading dimensions " + left.shape().sub(0, leading),
                right::toString);
        List<Dim> dims = new ArrayList<>(left.shape().dims().subList(0, leading));
        dims.add(left.shape().dim(transposeLeft ? -1 : -2));
        dims.add(right.shape().dim(transposeRight ? -2 : -1));
        return List.of(new Type(DType.F32, new Shape(dims)));
    }

    /** Whether the right matrix is stored in fewer bits than it is multiplied in. */
    private boolean isWeight(Type left, Type right) {
        return (left.dtype() == DType.F32 || left.dtype() == DType.BF16)
                && (right.dtype() == DType.BF16 || right.dtype() == DType.INT8)
                && right.shape().rank() == 2
                && transposeRight
                && !transposeLeft;
    }

    /** Whether one right matrix serves all leading dimensions of the left. */
    public boolean isLinear(List<Type> inputs) {
        return inputs.get(1).shape().rank() == 2 && !transposeLeft;
    }
}
