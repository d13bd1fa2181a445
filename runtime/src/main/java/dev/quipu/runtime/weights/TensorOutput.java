package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.util.List;

/**
 * A tensor about to be written.
 *
 * @param name the full name in the file
 * @param shape sizes of the axes, outermost first
 * @param source the values
 * @param encoding how the file will store them
 */
public record TensorOutput(String name, List<Long> shape, TensorSource source, Encoding encoding) {
    public TensorOutput {
        shape = List.copyOf(shape);
        if (encoding.bytes(elements(shape)) < 0) {
            throw QuipuException.of(
                    "whole blocks of " + encoding.blockElements() + " elements for " + encoding.name(),
                    "shape " + shape,
                    "tensor " + Printable.of(name),
                    "");
        }
    }

    /** A stored tensor as it is. */
    public static TensorOutput of(StoredTensor tensor) {
        return new TensorOutput(tensor.name(), tensor.shape(), tensor, tensor.type());
    }

    /** A stored tensor in another encoding. */
    public static TensorOutput of(StoredTensor tensor, Encoding encoding) {
        return new TensorOutput(tensor.name(), tensor.shape(), tensor, encoding);
    }

    /** The number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** The bytes that the elements take in the file. */
    public long bytes() {
        return encoding.bytes(elements());
    }

    private static long elements(List<Long> shape) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }
}
