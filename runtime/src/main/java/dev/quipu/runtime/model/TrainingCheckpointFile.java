package dev.quipu.runtime.model;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.weights.StoredTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * llama2.c's {@code ckpt.pt}: a PyTorch file with the model's arguments, weights and AdamW's state. Tensors of the model are
 * named {@code model.NAME}, with {@code _orig_mod.} before the name where the model was compiled; the optimizer's are
 * {@code optimizer.state.NUMBER.exp_avg} and {@code exp_avg_sq}, where parameters count in the order of its groups: first those
 * of two or more axes, then the others.
 */
final class TrainingCheckpointFile {
    private static final String ARGUMENTS = "model_args";
    private static final String MODEL = "model.";
    private static final String COMPILED = "_orig_mod.";
    private static final String STATE = "optimizer.state.";

    private TrainingCheckpointFile() {}

    static boolean is(Map<String, Object> metadata) {
        return metadata.get(ARGUMENTS) instanceof Map<?, ?>;
    }

    static Map<String, Object> arguments(Map<String, Object> metadata) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        ((Map<?, ?>) metadata.get(ARGUMENTS)).forEach((key, value) -> arguments.put(String.valueOf(key), value));
        return arguments;
    }

    static SequencedMap<String, StoredTensor> model(SequencedMap<String, StoredTensor> all) {
        SequencedMap<String, StoredTensor> model = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            if (name.startsWith(MODEL)) {
                String own = name.substring(MODEL.length());
                model.put(own.startsWith(COMPILED) ? own.substring(COMPILED.length()) : own, tensor);
            }
        });
        return model;
    }

    /** Steps that the run had made; 0 where the file holds no run. */
    static long step(Map<String, Object> metadata) {
        return metadata.get("iter_num") instanceof Number number ? number.longValue() : 0;
    }

    /**
     * A moment of each of the model's tensors, by the tensor's name; empty where the file has no optimizer.
     *
     * @param moment {@code exp_avg} or {@code exp_avg_sq}
     * @throws QuipuException if moments do not fit the model
     */
    static Map<String, StoredTensor> moments(ModelFile file, String moment) {
        List<String> ordered =
                Stream.concat(names(file, true), names(file, false)).toList();
        Map<String, StoredTensor> moments = new LinkedHashMap<>();
        for (int i = 0; i < ordered.size(); i++) {
            StoredTensor found = file.weights().tensors().get(STATE + i + "." + moment);
            if (found == null && i == 0) {
                return Map.of();
            }
            List<Long> shape = file.tensors().get(ordered.get(i)).shape();
            if (found == null || !found.shape().equals(shape)) {
                throw QuipuException.of(
                        "a moment of " + ordered.get(i) + ", shape " + shape,
                        found == null ? "none" : "shape " + found.shape(),
                        file.file() + ": tensor " + STATE + i + "." + moment,
                        "the optimizer's state belongs to another model");
            }
            moments.put(ordered.get(i), found);
        }
        return moments;
    }

    /** The model's tensors of two or more axes, or the others. */
    private static Stream<String> names(ModelFile file, boolean matrices) {
        return file.tensors().entrySet().stream()
                .filter(tensor -> (tensor.getValue().shape().size() >= 2) == matrices)
                .map(Map.Entry::getKey);
    }
}
