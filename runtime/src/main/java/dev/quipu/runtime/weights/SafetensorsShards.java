package dev.quipu.runtime.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Writes the weights of a model folder as one safetensors file, or as several with an index where they are large. */
public final class SafetensorsShards {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private SafetensorsShards() {}

    /**
     * Writes {@value Weights#FILE} if all data fits one shard, otherwise {@code model-00001-of-0000N.safetensors} and so on, with
     * {@value Weights#INDEX}. Tensors go to the shards in their order; a tensor that is larger than a shard has one alone.
     *
     * @param folder an existing folder without weights
     * @param tensors the tensors, under names that differ, all encoded as {@link ElementType}s
     * @param metadata free text for the header of each file; may be empty
     * @param shardBytes the most bytes of data in a file, at least 1
     */
    public static void write(Path folder, List<TensorOutput> tensors, Map<String, String> metadata, long shardBytes)
            throws IOException {
        List<List<TensorOutput>> shards = shards(tensors, shardBytes);
        if (shards.size() == 1) {
            SafetensorsWriter.writeEncoded(folder.resolve(Weights.FILE), tensors, metadata);
            return;
        }
        ObjectNode index = JSON.createObjectNode();
        index.putObject("metadata")
                .put(
                        "total_size",
                        tensors.stream().mapToLong(TensorOutput::bytes).sum());
        ObjectNode files = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
            SafetensorsWriter.writeEncoded(folder.resolve(file), shards.get(i), metadata);
            for (TensorOutput tensor : shards.get(i)) {
                if (files.replace(tensor.name(), StringNode.valueOf(file)) != null) {
                    throw new AssertionError("tensor name " + tensor.name() + " is taken");
                }
            }
        }
        // Last, so that an index is there only when all that it names is.
        Files.writeString(folder.resolve(Weights.INDEX), JSON.writeValueAsString(index) + "\n");
    }

    private static List<List<TensorOutput>> shards(List<TensorOutput> tensors, long shardBytes) {
        List<List<TensorOutput>> shards = new ArrayList<>(List.of(new ArrayList<>()));
        long bytes = 0;
        for (TensorOutput tensor : tensors) {
            if (bytes + tensor.bytes() > shardBytes && !shards.getLast().isEmpty()) {
                shards.add(new ArrayList<>());
                bytes = 0;
            }
            shards.getLast().add(tensor);
            bytes += tensor.bytes();
        }
        return shards;
    }
}
