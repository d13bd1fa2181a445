package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The index of a model whose weights are in several files: a JSON object {@code weight_map} from tensor to file. */
final class ShardIndex {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ShardIndex() {}

    /**
     * The file of each tensor, by the tensor's name.
     *
     * @throws QuipuException if it is not valid: one line that names the index
     */
    static SequencedMap<String, String> read(Path index) {
        if (!Files.isRegularFile(index)) {
            throw QuipuException.of("an index of weight files", "none", index.toString(), "check the path");
        }
        JsonNode map;
        try {
            map = JSON.readTree(index).path("weight_map");
        } catch (JacksonException e) {
            throw new QuipuException(index + ": expected JSON, found " + Printable.of(e.getOriginalMessage()), e);
        }
        if (!map.isObject() || map.isEmpty()) {
            throw QuipuException.of(
                    "an object weight_map",
                    map.isMissingNode() ? "nothing" : Printable.of(map.toString()),
                    index.toString(),
                    "");
        }
        SequencedMap<String, String> fileOf = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String file = entry.getValue().asString("");
            // A shard lies beside its index: a path that leads elsewhere is not followed.
            if (file.isEmpty() || file.contains("/") || file.contains("\\") || file.indexOf('\0') >= 0) {
                throw QuipuException.of(
                        "a file name for " + Printable.of(entry.getKey()),
                        Printable.of(entry.getValue().toString()),
                        index.toString(),
                        "");
            }
            fileOf.put(entry.getKey(), file);
        }
        return fileOf;
    }
}
