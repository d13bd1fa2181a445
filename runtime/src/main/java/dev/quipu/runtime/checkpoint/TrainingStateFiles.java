package dev.quipu.runtime.checkpoint;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.SafetensorsWriter;
import dev.quipu.runtime.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The two files of a checkpoint folder that hold the training state: {@value #STATE} and {@value #MOMENTS}, where moments
 * have the names of their state, those of {@link dev.quipu.compiler.program.AdamW}. The folder's other files are Hugging Face's.
 */
public final class TrainingStateFiles {
    /** Step, position, seed and settings. */
    public static final String STATE = "training.json";

    /** The optimizer's moments. */
    public static final String MOMENTS = "training.safetensors";

    private static final String VERSION_KEY = "version";
    private static final int VERSION = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private TrainingStateFiles() {}

    /** Writes both files into a folder, as part of what replaces it. */
    public static void write(Path folder, TrainingState state, Collection<StoredTensor> moments) throws IOException {
        ObjectNode json = JSON.createObjectNode().put(VERSION_KEY, VERSION);
        json.setAll((ObjectNode) JSON.valueToTree(state));
        Files.writeString(folder.resolve(STATE), JSON.writeValueAsString(json) + "\n");
        SafetensorsWriter.write(folder.resolve(MOMENTS), moments, Map.of());
    }

    /**
     * Reads the state of a folder.
     *
     * @throws QuipuException if it is missing, damaged or of another version
     */
    public static TrainingState readState(Path folder) {
        Path file = folder.resolve(STATE);
        if (!Files.isRegularFile(file)) {
            throw QuipuException.of(
                    "a checkpoint with " + STATE, "none", folder.toString(), "give the --out folder of a training run");
        }
        try {
            JsonNode json = JSON.readTree(file);
            int version = json.path(VERSION_KEY).asInt(0);
            if (version != VERSION || !(json instanceof ObjectNode object)) {
                throw QuipuException.of("version " + VERSION, "version " + version, file.toString(), "");
            }
            object.remove(VERSION_KEY);
            return JSON.treeToValue(object, TrainingState.class);
        } catch (JacksonException e) {
            throw new QuipuException(
                    file + ": expected a training state in JSON, found " + e.getOriginalMessage()
                            + "; the checkpoint is damaged",
                    e);
        }
    }

    /** Opens the moments of a folder; they are views of the file, valid until it is closed. */
    public static SafetensorsFile openMoments(Path folder) {
        return SafetensorsFile.open(folder.resolve(MOMENTS));
    }
}
