package dev.quipu.runtime.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.models.Qwen2;
import dev.quipu.models.Qwen3;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.BlockEncoding;
import dev.quipu.runtime.weights.ElementType;
import dev.quipu.runtime.weights.Llama2cVersion;
import dev.quipu.runtime.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelConversionTest {
    private static final RopeScaling SCALING = new RopeScaling(32, 1, 4, 8192);

    @TempDir
    Path folder;

    static Stream<Model> models() {
        return Stream.of(
                Llama.of(config(RopeScaling.NONE, false)),
                Llama.of(config(SCALING, true)),
                Qwen2.of(config(RopeScaling.NONE, false)),
                Qwen3.of(config(RopeScaling.NONE, true)));
    }

    private static LlamaConfig config(RopeScaling scaling, boolean tied) {
        return new LlamaConfig(64, 2, 4, 2, 16, 96, 270, 32, 1e-5, 1e4, scaling, tied, 0);
    }

    /** Through GGUF and back nothing changes: not the declaration, not a bit of the weights. */
    @ParameterizedTest
    @MethodSource("models")
    void ggufAndBack(Model model) {
        ModelSource original = save(model);
        Path gguf = folder.resolve("model.gguf");
        withoutTokenizer(original).toGguf(gguf, ElementType.F32);
        ModelSource read = ModelSource.withWeights(gguf.toString());
        assertSame(original, read);
        withoutTokenizer(read).toFolder(folder.resolve("again"), ElementType.F32, Long.MAX_VALUE);
        assertSame(original, ModelSource.withWeights(folder.resolve("again").toString()));
    }

    @Test
    void llama2cAndBackInAllItsVersions() throws IOException {
        ModelSource original = save(Llama.of(config(RopeScaling.NONE, false)));
        for (Llama2cVersion version : new Llama2cVersion[] {Llama2cVersion.V0, Llama2cVersion.V1}) {
            Path file = folder.resolve(version + ".bin");
            withoutTokenizer(original).toLlama2c(file, version);
            assertSame(original, ModelSource.withWeights(file.toString()));
        }
        Path bytes = folder.resolve("int8.bin");
        withoutTokenizer(original).toLlama2c(bytes, Llama2cVersion.V2);
        assertTrue(distance(original, ModelSource.withWeights(bytes.toString())) < 0.01);
        assertTrue(Files.size(bytes) < Files.size(folder.resolve("V1.bin")) / 3);
    }

    @Test
    void smallerTypesAreNearby() {
        ModelSource original = save(Llama.of(config(RopeScaling.NONE, false)));
        ModelConversion conversion = withoutTokenizer(original);
        conversion.toFolder(folder.resolve("bf16"), ElementType.BF16, 20_000);
        assertTrue(Files.exists(folder.resolve("bf16").resolve(Weights.INDEX)), "more than one shard");
        assertTrue(distance(original, source("bf16")) < 4e-3);
        conversion.toFolder(folder.resolve("f16"), ElementType.F16, Long.MAX_VALUE);
        assertTrue(distance(original, source("f16")) < 5e-4);
        conversion.toGguf(folder.resolve("q8.gguf"), BlockEncoding.Q8_0);
        assertTrue(distance(original, source("q8.gguf")) < 0.01);
        assertEquals(0, distance(source("q8.gguf"), source("q8.gguf")));
    }

    @Test
    void aFilePublishedInOneLayoutBecomesThatPublishedInAnother() throws IOException {
        Path v0 = SharedData.of("data/weights/stories260K/stories260K.bin");
        Path v1 = SharedData.of("data/weights/stories260K/llama2zig_checkpoint_v1.bin");
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/weights/stories260K/tok512.model"));
        ModelSource source = ModelSource.withWeights(v0.toString());
        Path gguf = folder.resolve("stories.gguf");
        new ModelConversion(source, Optional.of(tokenizer)).toGguf(gguf, ElementType.F32);
        ModelSource read = ModelSource.withWeights(gguf.toString());
        withoutTokenizer(read).toLlama2c(folder.resolve("v1.bin"), Llama2cVersion.V1);
        assertArrayEquals(Files.readAllBytes(v1), Files.readAllBytes(folder.resolve("v1.bin")));
        String text = "Once upon a time,  Zoë\nsaid <s>";
        assertArrayEquals(tokenizer.encode(text), read.tokenizer().encode(text));
        assertTrue(read.tokenizer().beginsPrompts());
        new ModelConversion(source, Optional.of(tokenizer)).toLlama2c(folder.resolve("v0.bin"), Llama2cVersion.V0);
        Path published = SharedData.of("data/weights/stories260K/tok512.bin");
        assertArrayEquals(Files.readAllBytes(published), Files.readAllBytes(folder.resolve("v0.tokenizer.bin")));
    }

    @Test
    void whatAFormatHasNoWordsForIsRefused() {
        ModelSource qwen = save(Qwen2.of(config(RopeScaling.NONE, false)));
        refused(
                "a model that llama2.c files can describe, found qwen2",
                () -> withoutTokenizer(qwen).toLlama2c(folder.resolve("x.bin"), Llama2cVersion.V0));
        ModelSource window =
                save(Llama.of(new LlamaConfig(64, 2, 4, 2, 16, 96, 270, 32, 1e-5, 1e4, RopeScaling.NONE, false, 8)));
        refused(
                "a model that GGUF files can describe, found mistral",
                () -> withoutTokenizer(window).toGguf(folder.resolve("x.gguf"), ElementType.F32));
        ModelSource epsilon =
                save(Llama.of(new LlamaConfig(64, 2, 4, 2, 16, 96, 270, 32, 1e-6, 1e4, RopeScaling.NONE, false, 0)));
        refused(
                "norm_eps 1.0E-5",
                () -> withoutTokenizer(epsilon).toLlama2c(folder.resolve("x.bin"), Llama2cVersion.V0));
        ModelSource bytes = save(Llama.of(config(RopeScaling.NONE, false)));
        refused(
                "a tokenizer that GGUF has words for",
                () -> new ModelConversion(bytes, Optional.of(new ByteTokenizer()))
                        .toGguf(folder.resolve("x.gguf"), ElementType.F32));
        assertTrue(Files.notExists(folder.resolve("x.bin")) && Files.notExists(folder.resolve("x.gguf")));
    }

    private static void refused(String expected, Runnable work) {
        String message = assertThrows(QuipuException.class, work::run).getMessage();
        assertTrue(message.contains(expected), message);
    }

    private ModelSource save(Model model) {
        Path path = folder.resolve("original");
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 7);
            ModelFolder.save(path, model, state, new ByteTokenizer());
        }
        return ModelSource.withWeights(path.toString());
    }

    private ModelSource source(String name) {
        return ModelSource.withWeights(folder.resolve(name).toString());
    }

    private static ModelConversion withoutTokenizer(ModelSource source) {
        return new ModelConversion(source, Optional.empty());
    }

    private static void assertSame(ModelSource expected, ModelSource found) {
        assertEquals(
                ((Llama) expected.model()).config().toString(),
                ((Llama) found.model()).config().toString());
        try (State one = expected.loadWeights();
                State other = found.loadWeights()) {
            assertEquals(one.names(), other.names());
            for (String name : one.names()) {
                assertArrayEquals(one.get(name).toFloats(), other.get(name).toFloats(), name);
            }
        }
    }

    /** The largest of the parameters' relative differences. */
    private static double distance(ModelSource expected, ModelSource found) {
        double largest = 0;
        try (State one = expected.loadWeights();
                State other = found.loadWeights()) {
            for (String name : one.names()) {
                double squares = 0;
                double norm = 0;
                float[] wanted = one.get(name).toFloats();
                float[] read = other.get(name).toFloats();
                for (int i = 0; i < wanted.length; i++) {
                    squares += Math.pow(wanted[i] - read[i], 2);
                    norm += Math.pow(wanted[i], 2);
                }
                largest = Math.max(largest, norm == 0 ? 0 : Math.sqrt(squares / norm));
            }
        }
        return largest;
    }
}
