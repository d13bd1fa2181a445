package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** Writes GGUF files of version 3, little-endian. */
public final class GgufWriter {
    private static final int VERSION = 3;

    /** ggml keeps a name in 64 bytes that end with a zero. */
    private static final int MAXIMUM_NAME_BYTES = 63;

    private final ByteArrayOutputStream header = new ByteArrayOutputStream();
    private final int alignment;

    private GgufWriter(int alignment) {
        this.alignment = alignment;
    }

    /**
     * The encoding of a tensor in a file of another: vectors, which are norms and biases, stay F32; matrices whose rows are
     * not of whole blocks become F16. llama.cpp's own converter has the same rules.
     *
     * @param shape sizes of the axes, outermost first
     * @param wanted the encoding of the file's matrices
     */
    public static Encoding encodingFor(List<Long> shape, Encoding wanted) {
        if (shape.size() < 2) {
            return ElementType.F32;
        }
        return wanted.bytes(shape.getLast()) < 0 ? ElementType.F16 : wanted;
    }

    /**
     * Creates or replaces a file and forces it to the disk.
     *
     * @param tensors the tensors, under names that differ, in the file's order; converted to F32, F16, BF16 or Q8_0, or
     *     copied from tensors of any type that GGUF has
     * @param metadata the key-value pairs; a {@code general.alignment} among them is obeyed
     * @throws QuipuException if a tensor cannot be written as it is asked to
     */
    public static void write(Path path, List<TensorOutput> tensors, SequencedMap<String, GgufValue> metadata)
            throws IOException {
        GgufValue alignment =
                metadata.getOrDefault(GgufHeader.ALIGNMENT_KEY, GgufValue.uint32(GgufHeader.DEFAULT_ALIGNMENT));
        GgufWriter writer = new GgufWriter(Math.toIntExact((Long) alignment.plain()));
        writer.putHeader(tensors, metadata);
        try (TensorChannel channel = TensorChannel.create(path)) {
            channel.write(writer.header.toByteArray());
            for (TensorOutput tensor : tensors) {
                channel.align(writer.alignment);
                channel.write(tensor);
            }
            channel.align(writer.alignment);
            channel.force();
        }
    }

    private void putHeader(List<TensorOutput> tensors, SequencedMap<String, GgufValue> metadata) {
        header.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        putInt(VERSION);
        putLong(tensors.size());
        putLong(metadata.size());
        for (Map.Entry<String, GgufValue> pair : metadata.entrySet()) {
            putText(pair.getKey());
            putInt(pair.getValue().type().code());
            putValue(pair.getValue());
        }
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (TensorOutput tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new AssertionError("tensor name " + tensor.name() + " is taken");
            }
            putTensor(tensor, offset);
            offset = Math.ceilDiv(offset + tensor.bytes(), (long) alignment) * alignment;
        }
    }

    private void putTensor(TensorOutput tensor, long offset) {
        String where = "tensor " + Printable.of(tensor.name());
        int nameBytes = tensor.name().getBytes(StandardCharsets.UTF_8).length;
        List<Long> shape = tensor.shape();
        if (nameBytes > MAXIMUM_NAME_BYTES) {
            throw QuipuException.of(
                    "a name of at most " + MAXIMUM_NAME_BYTES + " bytes", nameBytes + " bytes", where, "");
        }
        if (shape.size() > GgufHeader.MAXIMUM_DIMENSIONS || shape.contains(0L)) {
            throw QuipuException.of("at most four axes, none of size 0", "shape " + shape, where, "");
        }
        if (tensor.encoding().bytes(shape.isEmpty() ? 1 : shape.getLast()) < 0) {
            throw QuipuException.of(
                    "rows of whole blocks of "
                            + tensor.encoding().blockElements() + " elements for "
                            + tensor.encoding().name(),
                    "shape " + shape,
                    where,
                    "write it as F16");
        }
        GgmlType type = GgmlType.of(tensor.encoding())
                .orElseThrow(() -> QuipuException.of(
                        "an encoding that GGUF has", tensor.encoding().name(), where, ""));
        putText(tensor.name());
        putInt(shape.size());
        shape.reversed().forEach(this::putLong);
        putInt(type.code());
        putLong(offset);
    }

    private void putValue(GgufValue value) {
        switch (value) {
            case GgufValue.Array array -> {
                putInt(array.elementType().code());
                putLong(array.elements().size());
                array.elements().forEach(this::putValue);
            }
            case GgufValue.Scalar(GgufValueType type, Object plain) -> {
                switch (type) {
                    case UINT8, INT8 -> header.write(((Number) plain).intValue());
                    case UINT16, INT16 -> put(Short.BYTES, ((Number) plain).longValue());
                    case UINT32, INT32 -> putInt(((Number) plain).intValue());
                    case UINT64, INT64 -> putLong(((Number) plain).longValue());
                    case FLOAT32 -> putInt(Float.floatToRawIntBits((Float) plain));
                    case FLOAT64 -> putLong(Double.doubleToRawLongBits((Double) plain));
                    case BOOL -> header.write((Boolean) plain ? 1 : 0);
                    case STRING -> putText((String) plain);
                    case ARRAY -> throw new AssertionError("an array is no scalar");
                }
            }
        }
    }

    private void putText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putLong(bytes.length);
        header.writeBytes(bytes);
    }

    private void putInt(int value) {
        put(Integer.BYTES, value);
    }

    private void putLong(long value) {
        put(Long.BYTES, value);
    }

    private void put(int bytes, long value) {
        byte[] all = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        header.write(all, 0, bytes);
    }
}
