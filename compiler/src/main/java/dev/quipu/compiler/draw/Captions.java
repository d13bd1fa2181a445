package dev.quipu.compiler.draw;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.EmbeddingBackward;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import dev.quipu.dsl.op.WriteState;
import java.util.List;
import java.util.stream.Collectors;

/** Short words for nodes and types. */
final class Captions {
    private Captions() {}

    /** What a node does, in a few words. */
    static String of(Node node) {
        List<Type> inputs = node.inputs().stream().map(input -> input.type()).toList();
        return switch (node.op()) {
            case Pointwise pointwise -> pointwise.formula().toString();
            case MatMul product -> product(product, inputs);
            case Call call -> call.function().name() + "(...)";
            case Input input -> input.name();
            case ReadState read -> read.state();
            case WriteState write -> "write " + state(write.state(), node);
            case AccumulateState accumulate -> "add to " + state(accumulate.state(), node);
            case Constant constant -> Float.toString(constant.value());
            case RopeTable table -> "angles, theta " + Math.round(table.theta());
            case Rope rope -> rope.inverse() ? "rope, backwards" : "rope";
            case Attention attention -> "attention" + window(attention.window());
            case AttentionBackward attention -> "attention backward" + window(attention.window());
            case CachedAttention attention -> "cached attention" + window(attention.window());
            case CacheWrite write -> "write rows of " + state(write.state(), node);
            case Cast cast -> "cast to " + cast.dtype();
            case Sum sum -> "sum over " + names(inputs.getFirst().shape(), sum.axes());
            case Transpose transpose ->
                "transpose to " + names(inputs.getFirst().shape(), transpose.permutation());
            case Concat concat -> "concat along " + names(inputs.getFirst().shape(), List.of(concat.axis()));
            case Slice slice ->
                names(inputs.getFirst().shape(), List.of(slice.axis())) + " " + slice.start() + " to "
                        + (slice.start() + slice.length() - 1);
            case Pad pad -> "pad " + names(inputs.getFirst().shape(), List.of(pad.axis()));
            case Reshape reshape -> "reshape";
            case Broadcast broadcast -> "broadcast";
            case Embedding embedding -> "embedding";
            case EmbeddingBackward embedding -> "embedding backward";
            case RmsNorm norm -> "rmsNorm";
            case LayerNorm norm -> "layerNorm";
            case Softmax softmax -> "softmax";
            case CrossEntropy loss -> "cross entropy";
            case CrossEntropyBackward loss -> "cross entropy backward";
        };
    }

    private static String product(MatMul product, List<Type> inputs) {
        if (product.isLinear(inputs) && product.transposeRight()) {
            return "linear";
        }
        return "matmul" + (product.transposeLeft() ? ", left transposed" : "")
                + (product.transposeRight() ? ", right transposed" : "");
    }

    /** A state's name as seen from the node's layer. */
    static String state(String name, Node node) {
        String layer = node.site().layer();
        return layer.isEmpty() ? name : name.replace(layer + ".", "");
    }

    private static String window(int window) {
        return window == 0 ? "" : ", window " + window;
    }

    private static String names(Shape shape, List<Integer> axes) {
        return axes.stream().map(axis -> shape.dim(axis).name()).collect(Collectors.joining(", "));
    }

    /** The dimensions of a view that its source lacks. */
    static String newDimensions(Shape source, Shape view) {
        return view.dims().stream()
                .filter(dim -> !source.dims().contains(dim))
                .map(Dim::toString)
                .collect(Collectors.joining(", "));
    }

    /** A type without what is usual: {@code batch=2, channel=64}. */
    static String dimensions(Type type) {
        String dims = type.shape().dims().stream().map(Dim::toString).collect(Collectors.joining(", "));
        return type.dtype() == DType.F32 ? dims : type.dtype() + " " + dims;
    }
}
