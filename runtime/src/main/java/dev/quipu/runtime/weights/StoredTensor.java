package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A named tensor in a file, or one about to be written: row-major elements, little-endian, in memory that somebody else owns.
 *
 * @param name the full name, such as {@code model.layers.0.input_layernorm.weight}
 * @param type how the elements are stored
 * @param shape sizes of the axes, outermost first; a scalar has none
 * @param data the elements and nothing else; in a mapped file it may start at any address, so it is read with unaligned layouts
 */
public record StoredTensor(String name, Encoding type, List<Long> shape, MemorySegment data) implements TensorSource {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public StoredTensor {
        shape = List.copyOf(shape);
        long elements = elements(shape);
        if (data.byteSize() != type.bytes(elements)) {
            throw new AssertionError(name + ": " + type.name() + shape + " takes " + type.bytes(elements)
                    + " bytes, not " + data.byteSize());
        }
    }

    /** A tensor of 32-bit floats over native memory, for writing. */
    public static StoredTensor ofFloats(String name, List<Long> shape, MemorySegment data) {
        return new StoredTensor(name, ElementType.F32, shape, data);
    }

    /** The tensor with a name among those of a file or folder; a missing one is the user's mistake. */
    static StoredTensor named(String name, Map<String, StoredTensor> tensors, Path path) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw QuipuException.of(
                    "a tensor " + name,
                    tensors.size() + " others",
                    path.toString(),
                    "the file belongs to another model");
        }
        return tensor;
    }

    /** The number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** The elements as 32-bit floats, in a new array: for small tensors and tests. */
    public float[] toFloats() {
        float[] floats = new float[Math.toIntExact(elements())];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment decoded = arena.allocate(ValueLayout.JAVA_FLOAT, floats.length);
            copyFloatsTo(decoded);
            MemorySegment.copy(decoded, ValueLayout.JAVA_FLOAT, 0, floats, 0, floats.length);
        }
        return floats;
    }

    /** The elements of an I64 tensor, in a new array: for token ids. */
    public long[] toLongs() {
        expect(ElementType.I64);
        return data.toArray(LONG);
    }

    /**
     * Writes the elements as 32-bit floats to the start of a native segment, such as a buffer's.
     *
     * @throws QuipuException where they are not real numbers
     */
    public void copyFloatsTo(MemorySegment target) {
        copyFloatsTo(0, elements(), target);
    }

    @Override
    public void copyFloatsTo(long first, long count, MemorySegment target) {
        if (!type.isReal()) {
            throw QuipuException.of("real numbers", type.name() + " elements", where(), "");
        }
        type.decode(data, first, count, target);
    }

    @Override
    public int blockElements() {
        return type.blockElements();
    }

    /** Refuses the tensor, in the user's terms, unless its elements have the type. */
    public void expect(Encoding expected) {
        if (!type.equals(expected)) {
            throw QuipuException.of(expected.name() + " elements", type.name() + " elements", where(), "");
        }
    }

    /** Refuses the tensor, in the user's terms, unless it has the shape. */
    public void expectShape(List<Long> expected) {
        if (!shape.equals(expected)) {
            throw QuipuException.of(
                    "shape " + expected,
                    "shape " + shape,
                    where(),
                    "the weights belong to another model or the configuration does");
        }
    }

    @Override
    public String toString() {
        return Printable.of(name) + " " + type.name()
                + shape.stream().map(String::valueOf).collect(Collectors.joining("x", "[", "]"));
    }

    private String where() {
        return "tensor " + Printable.of(name);
    }

    private static long elements(List<Long> shape) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }
}
