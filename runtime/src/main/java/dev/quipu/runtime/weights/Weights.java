package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The weights of a model: one safetensors file, or the shards that a {@code model.safetensors.index.json} lists. Tensors are
 * views of the mapped files, valid until this is closed.
 */
public final class Weights implements AutoCloseable {
    /** The one weight file of a model folder. */
    public static final String FILE = "model.safetensors";

    /** The index of a model folder whose weights are in several files. */
    public static final String INDEX = "model.safetensors.index.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path path;
    private final List<SafetensorsFile> files;
    private final SequencedMap<String, StoredTensor> tensors;

    private Weights(Path path, List<SafetensorsFile> files, SequencedMap<String, StoredTensor> tensors) {
        this.path = path;
        this.files = List.copyOf(files);
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
    }

    /**
     * Opens a safetensors file, an index, or a model folder that holds one of them.
     *
     * @throws QuipuException if something is missing or not valid: one line that names the file and the tensor
     */
    public static Weights open(Path path) {
        if (Files.isDirectory(path)) {
            Path file = path.resolve(FILE);
            Path index = path.resolve(INDEX);
            if (!Files.exists(file) && !Files.exists(index)) {
                throw QuipuException.of(FILE + " or " + INDEX, "neither", path.toString(), "check the path");
            }
            return open(Files.exists(file) ? file : index);
        }
        if (path.getFileName().toString().endsWith(".json")) {
            return openIndex(path);
        }
        SafetensorsFile file = SafetensorsFile.open(path);
        return new Weights(path, List.of(file), file.tensors());
    }

    private static Weights openIndex(Path index) {
        SequencedMap<String, String> fileOf = readIndex(index);
        Map<String, SafetensorsFile> files = new LinkedHashMap<>();
        try {
            for (String name : new TreeSet<>(fileOf.values())) {
                files.put(name, SafetensorsFile.open(index.resolveSibling(name)));
            }
            SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
            fileOf.forEach((tensor, file) -> tensors.put(tensor, files.get(file).tensor(tensor)));
            return new Weights(index, new ArrayList<>(files.values()), tensors);
        } catch (RuntimeException e) {
            files.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static SequencedMap<String, String> readIndex(Path index) {
        if (!Files.isRegularFile(index)) {
            throw QuipuException.of("an index of weight files", "none", index.toString(), "check the path");
        }
        JsonNode map;
        try {
            map = JSON.readTree(index).path("weight_map");
        } catch (JacksonException e) {
            throw new QuipuException(index + ": expected JSON, found " + e.getOriginalMessage(), e);
        }
        if (!map.isObject() || map.isEmpty()) {
            throw QuipuException.of(
                    "an object weight_map", map.isMissingNode() ? "nothing" : map.toString(), index.toString(), "");
        }
        SequencedMap<String, String> fileOf = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String file = entry.getValue().asString("");
            // A shard lies beside its index: a path that leads elsewhere is not followed.
            if (file.isEmpty() || file.contains("/") || file.contains("\\")) {
                throw QuipuException.of(
                        "a file name for " + entry.getKey(), entry.getValue().toString(), index.toString(), "");
            }
            fileOf.put(entry.getKey(), file);
        }
        return fileOf;
    }

    /** The file, or the index, that was opened. */
    public Path path() {
        return path;
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
        files.forEach(SafetensorsFile::close);
    }
}
