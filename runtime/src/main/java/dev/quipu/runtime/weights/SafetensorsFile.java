package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A safetensors file, memory-mapped: 8 bytes of header length, a header in JSON, then the tensors' data. Tensors are views
 * of the mapping, valid until the file is closed; nothing is copied.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
public final class SafetensorsFile implements WeightFile {
    /** The format's own limit on the header, which keeps a damaged length from taking all memory. */
    static final long MAXIMUM_HEADER_BYTES = 100_000_000;

    private final Path path;
    private final Arena arena;
    private final SequencedMap<String, StoredTensor> tensors;
    private final Map<String, Object> metadata;

    private SafetensorsFile(Path path, Arena arena, SafetensorsHeader header, MemorySegment data) {
        this.path = path;
        this.arena = arena;
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(header.metadata()));
        SequencedMap<String, StoredTensor> views = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.tensors()) {
            MemorySegment view = data.asSlice(entry.begin(), entry.end() - entry.begin());
            views.put(entry.name(), new StoredTensor(entry.name(), entry.type(), entry.shape(), view));
        }
        this.tensors = Collections.unmodifiableSequencedMap(views);
    }

    /**
     * Opens and checks a file.
     *
     * @throws QuipuException if it is missing, truncated or not valid: one line that names the file and the tensor
     */
    public static SafetensorsFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw QuipuException.of("a safetensors file", "none", path.toString(), "check the path");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(path, channel, arena);
        } catch (IOException e) {
            arena.close();
            throw new QuipuException(path + ": expected a readable file, found " + FileFailure.reason(e), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static SafetensorsFile read(Path path, FileChannel channel, Arena arena) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw QuipuException.of(
                    "8 bytes of header length", size + " bytes", path.toString(), "the file is truncated");
        }
        long headerBytes = read(channel, 0, Long.BYTES).getLong();
        if (headerBytes < 0 || headerBytes > Math.min(size - Long.BYTES, MAXIMUM_HEADER_BYTES)) {
            throw QuipuException.of(
                    "a header of at most " + Math.min(size - Long.BYTES, MAXIMUM_HEADER_BYTES) + " bytes",
                    "a header length of " + Long.toUnsignedString(headerBytes),
                    path.toString(),
                    "the file is truncated, or is not a safetensors file");
        }
        byte[] json = read(channel, Long.BYTES, (int) headerBytes).array();
        long dataStart = Long.BYTES + headerBytes;
        SafetensorsHeader header = SafetensorsHeader.parse(path.toString(), json, size - dataStart);
        MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
        return new SafetensorsFile(path, arena, header, mapping.asSlice(dataStart));
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file's end, " + buffer.remaining() + " bytes early");
            }
        }
        return buffer.flip();
    }

    @Override
    public Path path() {
        return path;
    }

    /** The tensors by name, in the order of their data. */
    @Override
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The tensor with a name; a missing one is the user's mistake. */
    public StoredTensor tensor(String name) {
        return StoredTensor.named(name, tensors, path);
    }

    /** The free text of the header, empty if there is none. */
    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** Unmaps the file; tensors taken from it can no longer be read. */
    @Override
    public void close() {
        arena.close();
    }
}
