package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A GGUF file of version 2 or 3, little-endian, memory-mapped: key-value pairs, the tensors' names, shapes and types, then
 * their data. Tensors are views of the mapping, valid until the file is closed.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">The format</a>
 */
public final class GgufFile implements WeightFile {
    private static final String PARTS_KEY = "split.count";

    private final MappedFile file;
    private final GgufHeader header;
    private final SequencedMap<String, StoredTensor> tensors;
    private final Map<String, Object> metadata;

    private GgufFile(MappedFile file, GgufHeader header, SequencedMap<String, StoredTensor> tensors) {
        this.file = file;
        this.header = header;
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
        SequencedMap<String, Object> plain = new LinkedHashMap<>();
        header.values().forEach((key, value) -> plain.put(key, value.plain()));
        this.metadata = Collections.unmodifiableSequencedMap(plain);
    }

    /**
     * Opens and checks a file.
     *
     * @throws QuipuException if it is missing, damaged, or has tensors of a type that Quipu does not read: one line that names
     *     the file and the place
     */
    public static GgufFile open(Path path) {
        return MappedFile.open(path, "a GGUF file", GgufFile::read);
    }

    static GgufFile read(MappedFile file) {
        GgufHeader header = GgufHeader.read(file);
        checkWhole(file, header);
        Map<String, StoredTensor> views = views(file, header);
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (GgufHeader.Entry entry : header.tensors()) {
            tensors.put(entry.name(), views.get(entry.name()));
        }
        return new GgufFile(file, header, tensors);
    }

    private static void checkWhole(MappedFile file, GgufHeader header) {
        GgufValue parts = header.values().get(PARTS_KEY);
        if (parts != null && !parts.plain().equals(0L) && !parts.plain().equals(1L)) {
            throw QuipuException.of(
                    "a model in one file",
                    "one of " + Printable.of(parts.plain().toString()) + " parts",
                    file.path().toString(),
                    "merge them with llama.cpp's gguf-split --merge");
        }
    }

    /** Each tensor begins where the one before it ends and the next multiple of the alignment is; nothing follows the last. */
    private static Map<String, StoredTensor> views(MappedFile file, GgufHeader header) {
        String path = file.path().toString();
        long size = file.bytes().byteSize();
        long at = aligned(header.end(), header.alignment());
        long begin = at;
        long end = header.end();
        Map<String, StoredTensor> views = new HashMap<>();
        List<GgufHeader.Entry> sorted = header.tensors().stream()
                .sorted(Comparator.comparingLong(GgufHeader.Entry::offset))
                .toList();
        for (GgufHeader.Entry entry : sorted) {
            String where = path + ": tensor " + Printable.of(entry.name());
            if (entry.offset() != at - begin) {
                throw QuipuException.of(
                        "data at offset " + (at - begin) + ", after the tensor before it",
                        "offset " + Long.toUnsignedString(entry.offset()),
                        where,
                        ByteCursor.REMEDY);
            }
            if (at > size || entry.bytes() > size - at) {
                throw QuipuException.of(
                        entry.bytes() + " bytes of data at byte " + at,
                        "a file of " + size + " bytes",
                        where,
                        "the file is truncated: copy or download it again");
            }
            views.put(
                    entry.name(),
                    new StoredTensor(
                            entry.name(),
                            entry.encoding(),
                            entry.shape(),
                            file.bytes().asSlice(at, entry.bytes())));
            end = at + entry.bytes();
            at = aligned(end, header.alignment());
        }
        if (size > aligned(end, header.alignment())) {
            throw QuipuException.of(
                    "an end of the file at byte " + aligned(end, header.alignment()) + ", after the last tensor",
                    size + " bytes",
                    path,
                    ByteCursor.REMEDY);
        }
        return views;
    }

    private static long aligned(long position, int alignment) {
        return Math.ceilDiv(position, (long) alignment) * alignment;
    }

    @Override
    public Path path() {
        return file.path();
    }

    /** The version of the format, 2 or 3. */
    public int version() {
        return header.version();
    }

    @Override
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The key-value pairs with plain values, see {@link GgufValue#plain}. */
    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** The key-value pairs with their types, for writing them again. */
    public SequencedMap<String, GgufValue> values() {
        return header.values();
    }

    /** Unmaps the file; tensors taken from it can no longer be read. */
    @Override
    public void close() {
        file.close();
    }
}
