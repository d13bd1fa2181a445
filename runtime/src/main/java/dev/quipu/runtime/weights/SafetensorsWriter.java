package dev.quipu.runtime.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a safetensors file straight from native memory. It writes through the channel and not through a mapping, because
 * a full disk is an {@link IOException} there and a crash of the process here.
 */
public final class SafetensorsWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int ALIGNMENT = 8;

    /** A channel takes byte buffers, which address at most 2 GiB; smaller pieces let an interrupt through. */
    private static final long PIECE = 64L << 20;

    private SafetensorsWriter() {}

    /**
     * Creates or replaces a file and forces it to the disk.
     *
     * @param tensors the tensors, under names that differ; the file holds them by falling element size, then in the order
     *     given, so that each begins at a multiple of its element's size
     * @param metadata free text for the header; may be empty
     */
    public static void write(Path path, Collection<StoredTensor> tensors, Map<String, String> metadata)
            throws IOException {
        List<StoredTensor> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingInt(tensor -> -elementType(tensor).bytes()));
        byte[] header = header(ordered, metadata);
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(channel, length.putLong(header.length).flip());
            writeAll(channel, ByteBuffer.wrap(header));
            for (StoredTensor tensor : ordered) {
                writeAll(channel, tensor.data());
            }
            channel.force(true);
        }
    }

    private static byte[] header(List<StoredTensor> tensors, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            root.set("__metadata__", JSON.valueToTree(metadata));
        }
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (StoredTensor tensor : tensors) {
            if (!names.add(tensor.name()) || tensor.name().equals("__metadata__")) {
                throw new AssertionError("tensor name " + tensor.name() + " is taken");
            }
            long end = offset + tensor.data().byteSize();
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

    /** The format has no blocks: tensors of them are decoded before they are written. */
    private static ElementType elementType(StoredTensor tensor) {
        if (tensor.type() instanceof ElementType type) {
            return type;
        }
        throw new AssertionError(tensor + " cannot lie in a safetensors file");
    }

    private static void writeAll(FileChannel channel, MemorySegment data) throws IOException {
        for (long offset = 0; offset < data.byteSize(); offset += PIECE) {
            writeAll(
                    channel,
                    data.asSlice(offset, Math.min(PIECE, data.byteSize() - offset))
                            .asByteBuffer());
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
