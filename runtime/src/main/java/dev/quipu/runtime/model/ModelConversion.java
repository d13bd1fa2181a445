package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.TensorPlace;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.files.FileFailure;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.gguf.GgufVocabulary;
import dev.quipu.runtime.tokenizer.sentencepiece.Llama2cTokenizerFile;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceTokenizer;
import dev.quipu.runtime.weights.ElementType;
import dev.quipu.runtime.weights.Encoding;
import dev.quipu.runtime.weights.GgufValue;
import dev.quipu.runtime.weights.GgufWriter;
import dev.quipu.runtime.weights.Llama2cHeader;
import dev.quipu.runtime.weights.Llama2cVersion;
import dev.quipu.runtime.weights.Llama2cWriter;
import dev.quipu.runtime.weights.SafetensorsShards;
import dev.quipu.runtime.weights.TensorOutput;
import dev.quipu.runtime.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Writes a model that lies in files of one kind as files of another, tensor by tensor and piece by piece: the model is never
 * in memory as a whole.
 *
 * @param source a model with weights
 * @param tokenizer goes along where the files have a place for it
 */
public record ModelConversion(ModelSource source, Optional<Tokenizer> tokenizer) {
    public ModelConversion {
        if (!Adapters.of(source.model()).isEmpty()) {
            throw QuipuException.of(
                    "a model without adapters",
                    "one with",
                    source.name(),
                    "merge them first: ./quipu merge " + source.name() + " DIR");
        }
    }

    /**
     * Writes a folder in Hugging Face's layout.
     *
     * @param folder replaced, or made, as a whole
     * @param type of all elements
     * @param shardBytes the most bytes of one weight file
     */
    public void toFolder(Path folder, ElementType type, long shardBytes) {
        Model model = source.model();
        Map<String, String> names = ModelWeights.tensorNames(model);
        try (ModelFile file = source.open()) {
            Map<String, TensorSource> sources = ParameterSources.of(model, file);
            List<TensorOutput> tensors = new ArrayList<>();
            sources.forEach((parameter, values) ->
                    tensors.add(new TensorOutput(names.get(parameter), shape(parameter), values, type)));
            AtomicFolder.replace(folder, written -> {
                ModelConfig.write(written, model, tokenizer, type);
                SafetensorsShards.write(written, tensors, Map.of("format", "pt"), shardBytes);
                if (tokenizer.isPresent()) {
                    tokenizer.get().save(written);
                }
            });
        }
    }

    /**
     * Writes a GGUF file with the tokenizer in it.
     *
     * @param encoding of the matrices; see {@link GgufWriter#encodingFor} for the others
     * @throws QuipuException if GGUF has no words for the model or the tokenizer
     */
    public void toGguf(Path path, Encoding encoding) {
        Model model = source.model();
        Map<String, Object> facts = metadata(Convention.GGUF, "GGUF", path);
        SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();
        facts.forEach((key, value) -> metadata.put(key, gguf(value)));
        tokenizer.ifPresent(own -> metadata.putAll(GgufVocabulary.write(own)));
        try (ModelFile file = source.open()) {
            List<TensorOutput> tensors = new ArrayList<>();
            placed(Convention.GGUF, file).forEach((parameter, placed) -> {
                List<Long> shape = shape(parameter);
                tensors.add(new TensorOutput(
                        placed.name(), shape, placed.source(), GgufWriter.encodingFor(shape, encoding)));
            });
            format(path).tables(Convention.GGUF, model).forEach((name, values) -> tensors.add(table(name, values)));
            replace(path, written -> GgufWriter.write(written, tensors, metadata));
        }
    }

    /** Where llama2.c's tokenizer goes, beside its weights: {@code NAME.tokenizer.bin}. */
    public static Path llama2cTokenizer(Path weights) {
        String name = weights.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return weights.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".tokenizer.bin");
    }

    /** Whether llama2.c's files have a place for the tokenizer. */
    public boolean hasLlama2cTokenizer() {
        return tokenizer.filter(SentencePieceTokenizer.class::isInstance).isPresent();
    }

    /**
     * Writes llama2.c's weight file, and its tokenizer beside it where there is one. The format has no words for another epsilon than 1e-5, another base of RoPE than 10,000,
     * windows or biases.
     *
     * @throws QuipuException if the model is not one of llama2.c's
     */
    public void toLlama2c(Path path, Llama2cVersion version) {
        Map<String, Object> facts = metadata(Convention.META, "llama2.c", path);
        requireUsual("norm_eps", 1e-5, facts, path);
        requireUsual("rope_theta", 1e4, facts, path);
        if (facts.containsKey("use_scaled_rope")) {
            throw QuipuException.of("RoPE without scaling", "Llama 3.1's", path.toString(), "write a folder or GGUF");
        }
        int dim = (int) facts.get("dim");
        Llama2cHeader header = new Llama2cHeader(
                version,
                dim,
                (int) facts.get("hidden_dim"),
                (int) facts.get("n_layers"),
                (int) facts.get("n_heads"),
                (int) facts.get("n_kv_heads"),
                (int) facts.get("vocab_size"),
                (int) facts.get("max_seq_len"),
                (boolean) facts.get("shared_classifier"),
                version == Llama2cVersion.V2 ? Llama2cHeader.groupSizeFor(dim) : 0);
        if (tokenizer.orElse(null) instanceof SentencePieceTokenizer pieces) {
            Llama2cTokenizerFile.write(pieces.model(), llama2cTokenizer(path));
        }
        try (ModelFile file = source.open()) {
            Map<String, TensorSource> sources = new LinkedHashMap<>();
            placed(Convention.META, file).values().forEach(placed -> sources.put(placed.name(), placed.source()));
            replace(path, written -> Llama2cWriter.write(written, header, sources));
        }
    }

    private static void requireUsual(String key, double usual, Map<String, Object> facts, Path path) {
        if (!facts.get(key).equals(usual)) {
            throw QuipuException.of(
                    key + " " + usual + ", which llama2.c's readers take for granted",
                    String.valueOf(facts.get(key)),
                    path.toString(),
                    "write a folder or GGUF");
        }
    }

    private ModelFormat format(Path path) {
        return ModelFormat.of(source.model())
                .orElseThrow(() -> QuipuException.of(
                        "a model of a family that other programs know",
                        source.model().getClass().getName(),
                        path.toString(),
                        "write a folder"));
    }

    private Map<String, Object> metadata(Convention convention, String title, Path path) {
        return format(path)
                .metadata(convention, source.model())
                .orElseThrow(() -> QuipuException.of(
                        "a model that " + title + " files can describe",
                        format(path).modelType() + " with what they have no words for",
                        path.toString(),
                        "write a folder"));
    }

    /** A tensor of a convention: its name, and its values as they lie there. */
    private record Placed(String name, TensorSource source) {}

    private Map<String, Placed> placed(Convention convention, ModelFile file) {
        Map<String, TensorPlace> places = format(file.path()).places(source.model(), convention);
        Map<String, Placed> placed = new LinkedHashMap<>();
        ParameterSources.of(source.model(), file).forEach((parameter, values) -> {
            TensorPlace place = places.get(parameter);
            List<Long> shape = shape(parameter);
            long rows = shape.getFirst();
            TensorSource moved = place.interleavedHeads() == 0
                    ? values
                    : new RotaryPairs(
                            values,
                            rows,
                            shape.stream().reduce(1L, Math::multiplyExact) / rows,
                            place.interleavedHeads(),
                            false);
            placed.put(parameter, new Placed(place.name(), moved));
        });
        return placed;
    }

    private List<Long> shape(String parameter) {
        return ModelWeights.sizes(
                Trace.parameters(source.model()).get(parameter).shape());
    }

    private static TensorOutput table(String name, float[] values) {
        TensorSource source = (first, count, target) ->
                MemorySegment.copy(values, (int) first, target, ValueLayout.JAVA_FLOAT, 0, (int) count);
        return new TensorOutput(name, List.of((long) values.length), source, ElementType.F32);
    }

    private static GgufValue gguf(Object value) {
        return switch (value) {
            case String text -> GgufValue.string(text);
            case Integer number -> GgufValue.uint32(number);
            case Float number -> GgufValue.float32(number);
            case Boolean truth -> GgufValue.bool(truth);
            default -> throw new AssertionError("metadata of " + value.getClass());
        };
    }

    /** Writes a file. */
    @FunctionalInterface
    private interface Content {
        void write(Path file) throws IOException;
    }

    /** What stood there before is gone only when all is written. */
    private static void replace(Path path, Content content) {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try {
            writePart(part, content);
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new QuipuException(path + ": expected to write a file, found " + FileFailure.reason(e), e);
        }
    }

    private static void writePart(Path part, Content content) throws IOException {
        try {
            content.write(part);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }
}
