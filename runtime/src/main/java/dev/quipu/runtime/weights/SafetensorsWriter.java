package dev.quipu.runtime.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a safetensors file straight from native memory. */
public final class SafetensorsWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** Creates or replaces a file that holds tensors as they are, see {@link #writeEncoded}. */
    public static void write(Path path, Collection<StoredTensor> tensors, Map<String, String> metadata)
            throws IOException {
        writeEncoded(path, tensors.stream().map(TensorOutput::of).toList(), metadata);
    }

    /**
     * Creates or replaces a file and forces it to the disk.
     *
     * @param tensors the tensors, under names that differ, all encoded as {@link ElementType}s; the file holds them by
     *     falling element size, then in the order given, so that each begins at a multiple of its element's size
     * @param metadata free text for the header; may be empty
     */
    public static void writeEncoded(Path path, Collection<TensorOutput> tensors, Map<String, String> metadata)
            throws IOException {
        List<TensorOutput> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingInt(tensor -> -elementType(tensor).bytes()));
        byte[] header = header(ordered, metadata);
        try (TensorChannel channel = TensorChannel.create(path)) {
            channel.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            channel.write(header);
            for (TensorOutput tensor : ordered) {
                channel.write(tensor);
            }
            channel.force();
        }
    }

    private static byte[] header(List<TensorOutput> tensors, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            root.set("__metadata__", JSON.valueToTree(metadata));
        }
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (TensorOutput tensor : tensors) {
            if (!names.add(tensor.name()) || tensor.name().equals("__metadata__")) {
                throw new AssertionError("tensor name " + tensor.name() + " is taken");
            }
            long end = offset + tensor.bytes();
            ObjectNode entry = root.putObject(tensor.name());
            entry.put("dtype", elementType(tensor).name());
            entry.set("shape", JSON.valueToTree(tensor.shape()));
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String json = JSON.writeValueAsString(root);
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        // Padding by spaces is the format's own way to start the data at an aligned offset.
        return (json + " ".repeat(Math.floorMod(-bytes, ALIGNMENT))).getBytes(StandardCharsets.UTF_8);
    }

    /** The format has no blocks: tensors of them are decoded when they are written. */
    private static ElementType elementType(TensorOutput tensor) {
        if (tensor.encoding() instanceof ElementType type) {
            return type;
        }
        throw new AssertionError(tensor.name() + ": no " + tensor.encoding().name() + " in a safetensors file");
    }
}
