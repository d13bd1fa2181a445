package dev.quipu.runtime.model;

import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.DescribedWeights;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.TensorSource;
import dev.quipu.runtime.weights.Weights;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A weight file as a model's: its tensors under the names of a {@link Convention}, and the model where the file, or Meta's
 * {@code params.json} beside it, describes one. Tensors are views, valid until this is closed.
 */
public final class ModelFile implements DescribedWeights, AutoCloseable {
    private static final String PARAMS = "params.json";

    private final Weights weights;
    private final Map<String, Object> metadata;
    private final SequencedMap<String, StoredTensor> tensors;

    private ModelFile(Weights weights, Map<String, Object> metadata, SequencedMap<String, StoredTensor> tensors) {
        this.weights = weights;
        this.metadata = metadata;
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
    }

    /**
     * Opens a weight file of any format, an index, or a folder that holds one.
     *
     * @throws QuipuException if something is missing or not valid
     */
    public static ModelFile open(Path path) {
        Weights weights = Weights.open(path);
        try {
            if (TrainingCheckpointFile.is(weights.metadata())) {
                return new ModelFile(
                        weights,
                        TrainingCheckpointFile.arguments(weights.metadata()),
                        withoutCopies(TrainingCheckpointFile.model(weights.tensors())));
            }
            return new ModelFile(weights, metadata(weights), withoutCopies(weights.tensors()));
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    private static Map<String, Object> metadata(Weights weights) {
        Path params = weights.path().resolveSibling(PARAMS);
        return weights.tensors().containsKey("tok_embeddings.weight")
                        && !weights.metadata().containsKey("n_heads")
                        && Files.isRegularFile(params)
                ? ModelConfig.parse(params)
                : weights.metadata();
    }

    /** A tensor under two names, as PyTorch saves tied weights, under its first alone. */
    private static SequencedMap<String, StoredTensor> withoutCopies(SequencedMap<String, StoredTensor> tensors) {
        record Place(long address, long bytes) {}

        Map<Place, String> first = new HashMap<>();
        SequencedMap<String, StoredTensor> kept = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            MemorySegment data = tensor.data();
            if (data.byteSize() == 0 || first.putIfAbsent(new Place(data.address(), data.byteSize()), name) == null) {
                kept.put(name, tensor);
            }
        });
        return kept;
    }

    /** The model that the file describes, if it describes one. */
    public Optional<Model> model() {
        for (Convention convention : Convention.values()) {
            for (ModelFormat format : ModelFormat.all()) {
                Optional<Map<String, Object>> config = format.config(convention, this);
                if (config.isPresent()) {
                    return Optional.of(ModelConfig.declare(path(), () -> format.read(config.get())));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * The optimizer's moments, where the file is a training checkpoint that holds them; valid until this is closed.
     *
     * @throws QuipuException if they do not fit the model
     */
    public Optional<Moments> moments(Model model) {
        Map<String, StoredTensor> first = TrainingCheckpointFile.moments(this, "exp_avg");
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Map<String, TensorSource> moments = new LinkedHashMap<>();
        ParameterSources.of(model, this, first)
                .forEach((parameter, source) -> moments.put(AdamW.firstMoment(parameter), source));
        ParameterSources.of(model, this, TrainingCheckpointFile.moments(this, "exp_avg_sq"))
                .forEach((parameter, source) -> moments.put(AdamW.secondMoment(parameter), source));
        return Optional.of(new Moments(TrainingCheckpointFile.step(weights.metadata()), moments));
    }

    /** The opened file, or the index. */
    public Path path() {
        return weights.path();
    }

    @Override
    public String file() {
        return weights.path().toString();
    }

    @Override
    public Map<String, Object> metadata() {
        return metadata;
    }

    /** The tensors of the model by their names in the file. */
    public SequencedMap<String, StoredTensor> tensors() {
        return tensors;
    }

    /** The file itself, with all that it holds beside the model. */
    public Weights weights() {
        return weights;
    }

    @Override
    public Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    @Override
    public float[] values(String tensor) {
        return tensors.get(tensor).toFloats();
    }

    @Override
    public void close() {
        weights.close();
    }
}
