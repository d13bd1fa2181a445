package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
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

    private final MappedFile file;
    private final SequencedMap<String, StoredTensor> tensors;
    private final Map<String, Object> metadata;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header, MemorySegment data) {
        this.file = file;
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
        return MappedFile.open(path, "a safetensors file", SafetensorsFile::read);
    }

    static SafetensorsFile read(MappedFile file) {
        String path = file.path().toString();
        long size = file.bytes().byteSize();
        if (size < Long.BYTES) {
            throw QuipuException.of("8 bytes of header length", size + " bytes", path, "the file is truncated");
        }
        long headerBytes = new ByteCursor(file).int64("header length");
        if (headerBytes < 0 || headerBytes > Math.min(size - Long.BYTES, MAXIMUM_HEADER_BYTES)) {
            throw QuipuException.of(
                    "a header of at most " + Math.min(size - Long.BYTES, MAXIMUM_HEADER_BYTES) + " bytes",
                    "a header length of " + Long.toUnsignedString(headerBytes),
                    path,
                    "the file is truncated, or is not a safetensors file");
        }
        byte[] json = file.bytes().asSlice(Long.BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE);
        long dataStart = Long.BYTES + headerBytes;
        SafetensorsHeader header = SafetensorsHeader.parse(path, json, size - dataStart);
        return new SafetensorsFile(file, header, file.bytes().asSlice(dataStart));
    }

    @Override
    public Path path() {
        return file.path();
    }

    /** The tensors by name, in the order of their data. */
    @Override
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The tensor with a name; a missing one is the user's mistake. */
    public StoredTensor tensor(String name) {
        return StoredTensor.named(name, tensors, file.path());
    }

    /** The free text of the header, empty if there is none. */
    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** Unmaps the file; tensors taken from it can no longer be read. */
    @Override
    public void close() {
        file.close();
    }
}
