package dev.quipu.dsl.op;

/** An op with a derivative: the compiler's {@code BackwardRules} has a case for each. */
public sealed interface Differentiable extends Op
        permits Attention,
                Broadcast,
                Call,
                Cast,
                Concat,
                CrossEntropy,
                Embedding,
                LayerNorm,
                MatMul,
                Pad,
                Pointwise,
                Reshape,
                RmsNorm,
                Rope,
                Slice,
                Softmax,
                Sum,
                Transpose {}
