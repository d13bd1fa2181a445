package dev.quipu.dsl;

import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.ShapeMismatch;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A symbolic tensor: one output of a node. Methods apply ops; shapes are checked when the method is called, so that a mistake
 * is an exception at the caller's own line. Axes count from the end when negative.
 */
public record Tensor(Node node, int index) {
    public Tensor {
        if (index < 0 || index >= node.types().size()) {
            throw new AssertionError("no output " + index + " of " + node);
        }
    }

    /** By hand: tensors are the keys of all passes, and a record's own is slow until the JIT has compiled what it is made of. */
    @Override
    public int hashCode() {
        return 31 * node.hashCode() + index;
    }

    @Override
    public boolean equals(Object object) {
        return this == object || (object instanceof Tensor other && node == other.node && index == other.index);
    }

    public Type type() {
        return node.types().get(index);
    }

    public Shape shape() {
        return type().shape();
    }

    /** Applies any op here and now, at the caller's line and in the current layer. */
    public static Node apply(Op op, Tensor... inputs) {
        Site site = Trace.site();
        if (Arrays.asList(inputs).contains(null)) {
            throw QuipuException.of("tensors as inputs", "null", op.mnemonic() + " " + site, "");
        }
        try {
            return Node.of(op, Arrays.asList(inputs), site);
        } catch (ShapeMismatch mismatch) {
            throw QuipuException.of(
                    mismatch.expected(), mismatch.found(), op.mnemonic() + " " + site, mismatch.remedy());
        }
    }

    private static Tensor first(Op op, Tensor... inputs) {
        return apply(op, inputs).output(0);
    }

    /** A tensor that the caller of the compiled program provides. */
    public static Tensor input(String name, Type type) {
        return first(new Input(name, type));
    }

    /** A tensor of one value everywhere. */
    public static Tensor constant(float value, Dim... dims) {
        return first(new Constant(value, Type.f32(dims)));
    }

    /** A formula over each element, its names bound to the inputs in order of their first appearance; see {@link Pointwise}. */
    public static Tensor formula(String formula, Tensor... inputs) {
        return formula(Formula.of(formula), inputs);
    }

    /** See {@link #formula(String, Tensor...)}. */
    public static Tensor formula(Formula formula, Tensor... inputs) {
        return first(new Pointwise(formula), inputs);
    }

    public Tensor plus(Tensor other) {
        return formula("left + right", this, other);
    }

    public Tensor minus(Tensor other) {
        return formula("left - right", this, other);
    }

    public Tensor times(Tensor other) {
        return formula("left * right", this, other);
    }

    public Tensor divide(Tensor other) {
        return formula("left / right", this, other);
    }

    /** {@code x * sigmoid(x)}. */
    public Tensor silu() {
        return formula("silu(x)", this);
    }

    /** Rows of this table [V, C] for ids [...]: [..., C]. */
    public Tensor lookup(Tensor ids) {
        return first(new Embedding(), this, ids);
    }

    /** {@code this * weight^T}: input [..., K], weight [N, K], output [..., N]. */
    public Tensor linear(Tensor weight) {
        return matmul(weight, false, true);
    }

    /** Matrix product [..., M, K] x [..., K, N]; see {@link MatMul}. */
    public Tensor matmul(Tensor right) {
        return matmul(right, false, false);
    }

    /** Matrix product of operands that may be stored transposed; see {@link MatMul}. */
    public Tensor matmul(Tensor right, boolean transposeLeft, boolean transposeRight) {
        if (right != null && type().dtype() != right.type().dtype()) {
            // a weight in fewer bits than the left has is for finished models: its product has no derivative
            throw QuipuException.of(
                    "inputs of one type", type() + " and " + right.type(), "matMul " + Trace.site(), "cast converts");
        }
        return first(new MatMul(transposeLeft, transposeRight), this, right);
    }

    /** See {@link RmsNorm}. */
    public Tensor rmsNorm(Tensor weight, float epsilon) {
        return first(new RmsNorm(epsilon), this, weight);
    }

    /** See {@link LayerNorm}. */
    public Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        return first(new LayerNorm(epsilon), this, weight, bias);
    }

    /** Over the last axis; see {@link Softmax}. */
    public Tensor softmax() {
        return first(new Softmax(), this);
    }

    /** Rotates heads [B, T, H, D] by their positions 0 to T; see {@link Rope} and {@link RopeTable}. */
    public Tensor rope(double theta, int contextLength) {
        return rope(theta, contextLength, RopeScaling.NONE);
    }

    /** See {@link #rope(double, int)}; with scaled frequencies. */
    public Tensor rope(double theta, int contextLength, RopeScaling scaling) {
        Tensor table = first(new RopeTable(theta, contextLength, shape().last().size(), scaling));
        return first(new Rope(false), this, table);
    }

    /** Causal attention of these queries [B, T, H, D] over keys and values [B, T, G, D], scaled by 1/sqrt(D). */
    public Tensor attention(Tensor keys, Tensor values, int window) {
        float scale = (float) (1 / Math.sqrt(shape().last().size()));
        return first(new Attention(window, scale), this, keys, values);
    }

    /** Loss of each row of logits [..., V] in nats, [..., 1]; see {@link CrossEntropy}. */
    public Tensor crossEntropy(Tensor targets) {
        return first(new CrossEntropy(), this, targets);
    }

    /** The same elements under another shape. */
    public Tensor reshape(Shape shape) {
        return shape.equals(shape()) ? this : first(new Reshape(shape), this);
    }

    /** The last axis as two: {@code [..., heads * size] -> [..., heads, size]}. */
    public Tensor splitLast(Dim outer, Dim inner) {
        return reshape(shape().with(-1, outer).append(inner));
    }

    /** The last two axes as one, called {@code name}. */
    public Tensor mergeLast(String name) {
        Shape shape = shape();
        Dim merged = new Dim(name, shape.dim(-2).times(shape.last()).size());
        return reshape(shape.sub(0, shape.rank() - 2).append(merged));
    }

    /** All leading axes as one: {@code [..., C] -> [rows, C]}. */
    public Tensor flattenRows() {
        Shape shape = shape();
        if (shape.rank() <= 2) {
            return shape.rank() == 2 ? this : reshape(Shape.of(new Dim("one", 1), shape.last()));
        }
        Dim rows = shape.dim(0);
        for (int axis = 1; axis < shape.rank() - 1; axis++) {
            rows = rows.times(shape.dim(axis));
        }
        return reshape(Shape.of(rows, shape.last()));
    }

    /** Reorders axes: output axis i shows input axis {@code axes[i]}. */
    public Tensor transpose(Integer... axes) {
        return first(new Transpose(Arrays.stream(axes).map(this::axis).toList()), this);
    }

    private int axis(int axis) {
        return axis < 0 ? axis + shape().rank() : axis;
    }

    public Tensor slice(int axis, int start, int length) {
        return first(new Slice(axis(axis), start, length), this);
    }

    public Tensor pad(int axis, int before, int after) {
        return first(new Pad(axis(axis), before, after), this);
    }

    public static Tensor concat(int axis, Tensor... parts) {
        return first(new Concat(axis >= 0 || parts.length == 0 ? axis : parts[0].axis(axis)), parts);
    }

    /** Sum over axes, which stay with size 1. */
    public Tensor sum(Integer... axes) {
        List<Integer> sorted = Arrays.stream(axes).map(this::axis).sorted().toList();
        return first(new Sum(sorted), this);
    }

    /** Sum of all elements, one number. */
    public Tensor sumAll() {
        Integer[] all = IntStream.range(0, shape().rank()).boxed().toArray(Integer[]::new);
        return sum(all).reshape(Shape.scalar());
    }

    /** Mean over the last axis, which stays with size 1. */
    public Tensor meanLast() {
        return formula("sum * " + 1.0 / shape().last().size(), sum(-1));
    }

    /** Sums the axes that broadcasting to this tensor's shape repeated, so that the result has {@code shape}. */
    public Tensor sumTo(Shape shape) {
        int missing = shape().rank() - shape.rank();
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < shape().rank(); axis++) {
            if (axis < missing || (shape.size(axis - missing) == 1 && shape().size(axis) != 1)) {
                axes.add(axis);
            }
        }
        Tensor summed = axes.isEmpty() ? this : sum(axes.toArray(Integer[]::new));
        return summed.reshape(shape);
    }

    public Tensor broadcastTo(Shape shape) {
        return shape.sameSizes(shape()) ? reshape(shape) : first(new Broadcast(shape), this);
    }

    public Tensor cast(DType dtype) {
        return dtype == type().dtype() ? this : first(new Cast(dtype), this);
    }
}
