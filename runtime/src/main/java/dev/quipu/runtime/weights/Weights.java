package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * The weights of a model: one file of any {@link WeightFormat}, or the shards that an index lists. Tensors are views of the
 * mapped files, valid until this is closed, under the names that the files give them.
 */
public final class Weights implements AutoCloseable {
    /** The one weight file of a model folder. */
    public static final String FILE = "model.safetensors";

    /** The index of a model folder whose weights are in several files. */
    public static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final WeightFormat format;
    private final List<WeightFile> files;
    private final SequencedMap<String, StoredTensor> tensors;

    private Weights(
            Path path, WeightFormat format, Collection<WeightFile> files, SequencedMap<String, StoredTensor> tensors) {
        this.path = path;
        this.format = format;
        this.files = List.copyOf(files);
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
    }

    /**
     * Opens a weight file, whose kind its content tells, an index of shards ({@code .json}), or a model folder that holds one
     * of them under a customary name.
     *
     * @throws QuipuException if something is missing or not valid: one line that names the file and the place
     */
    public static Weights open(Path path) {
        Path file = WeightFolder.find(path);
        if (file.getFileName().toString().endsWith(".json")) {
            return openIndex(file);
        }
        WeightFormat format = WeightFormat.of(file);
        WeightFile opened = format.open(file);
        return new Weights(file, format, List.of(opened), opened.tensors());
    }

    private static Weights openIndex(Path index) {
        SequencedMap<String, String> fileOf = ShardIndex.read(index);
        SequencedMap<String, WeightFile> files = new LinkedHashMap<>();
        try {
            for (String name : new TreeSet<>(fileOf.values())) {
                Path file = index.resolveSibling(name);
                files.put(name, WeightFormat.of(file).open(file));
            }
            SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
            fileOf.forEach((tensor, name) -> {
                WeightFile file = files.get(name);
                tensors.put(tensor, StoredTensor.named(tensor, file.tensors(), file.path()));
            });
            WeightFormat format = WeightFormat.of(files.firstEntry().getValue().path());
            return new Weights(index, format, files.values(), tensors);
        } catch (RuntimeException e) {
            files.values().forEach(WeightFile::close);
            throw e;
        }
    }

    /** The file, or the index, that was opened. */
    public Path path() {
        return path;
    }

    /** The kind of the file, or of the first shard. */
    public WeightFormat format() {
        return format;
    }

    /** The open files: one, or the shards by name. */
    public List<WeightFile> files() {
        return files;
    }

    /** What the files say beside tensors, see {@link WeightFile#metadata}; of a key in several shards the first's value. */
    public Map<String, Object> metadata() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        files.forEach(file -> file.metadata().forEach(metadata::putIfAbsent));
        return Collections.unmodifiableMap(metadata);
    }

    /** All tensors by name. */
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The tensor with a name; a missing one is the user's mistake. */
    public StoredTensor tensor(String name) {
        return StoredTensor.named(name, tensors, path);
    }

    /** Unmaps the files; tensors taken from them can no longer be read. */
    @Override
    public void close() {
        files.forEach(WeightFile::close);
    }
}
