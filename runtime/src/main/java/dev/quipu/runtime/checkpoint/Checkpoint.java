package dev.quipu.runtime.checkpoint;

import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelFolder;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run at one moment, as a folder: the model in Hugging Face's layout, the optimizer's moments, and where the run stands. */
public final class Checkpoint {
    private Checkpoint() {}

    /** Writes all files into an existing folder, as part of an {@link AtomicFolder}'s content. */
    public static void write(Path folder, Model model, Tokenizer tokenizer, State state, TrainingState progress)
            throws IOException {
        ModelFolder.write(folder, model, state, tokenizer);
        List<StoredTensor> moments = new ArrayList<>();
        for (Map.Entry<String, Parameter> parameter : trained(model).entrySet()) {
            for (String name : moments(parameter.getKey())) {
                List<Long> sizes = sizes(parameter.getValue().shape());
                moments.add(StoredTensor.ofFloats(name, sizes, state.get(name).elements()));
            }
        }
        TrainingStateFiles.write(folder, progress, moments);
    }

    /**
     * Fills a state with a checkpoint's weights and moments.
     *
     * @throws QuipuException if a file is missing or damaged, or belongs to another model
     */
    public static void read(Path folder, Model model, State state) {
        ModelWeights.load(model, folder, state);
        Map<String, Type> types = new LinkedHashMap<>();
        trained(model)
                .forEach((parameter, declared) ->
                        moments(parameter).forEach(name -> types.put(name, new Type(DType.F32, declared.shape()))));
        state.allocate(types);
        try (SafetensorsFile file = TrainingStateFiles.openMoments(folder)) {
            types.forEach((name, type) -> {
                StoredTensor stored = file.tensor(name);
                stored.expectShape(sizes(type.shape()));
                stored.copyFloatsTo(state.get(name).segment());
            });
        }
    }

    private static Map<String, Parameter> trained(Model model) {
        Map<String, Parameter> trained = new LinkedHashMap<>(Trace.parameters(model));
        trained.values().removeIf(parameter -> !parameter.trainable());
        return trained;
    }

    private static List<String> moments(String parameter) {
        return List.of(AdamW.firstMoment(parameter), AdamW.secondMoment(parameter));
    }

    private static List<Long> sizes(Shape shape) {
        return shape.dims().stream().map(Dim::size).map(Integer::longValue).toList();
    }
}
