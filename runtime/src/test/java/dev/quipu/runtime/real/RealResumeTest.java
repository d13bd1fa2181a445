package dev.quipu.runtime.real;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.TrainingRecipe;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.model.ModelFile;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.Moments;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.training.Trainer;
import dev.quipu.runtime.training.TrainingDisplay;
import dev.quipu.runtime.training.TrainingOptions;
import dev.quipu.runtime.training.TrainingReport;
import dev.quipu.runtime.training.TrainingText;
import dev.quipu.runtime.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A published llama2.c checkpoint with its optimizer's state goes on where its run stopped. */
class RealResumeTest {
    /** Mean loss of the checkpoint on stories like these, as the reference computes it. */
    private static final double STOOD_AT = 2.2645;

    @TempDir
    private Path root;

    @Test
    void everyMomentIsThatOfItsParameter() {
        Path path = SharedData.of("data/weights/llama2xs/ckpt.pt");
        ModelSource source = ModelSource.withWeights(path.toString());
        try (ModelFile file = ModelFile.open(path);
                Weights stored = Weights.open(path);
                State state = new State()) {
            Moments moments = file.moments(source.model()).orElseThrow();
            assertEquals(500, moments.step());
            assertEquals(
                    2 * Trace.parameters(source.model()).size(),
                    moments.tensors().size());
            moments.copyTo(source.model(), state);
            // PyTorch counts parameters of two axes first: the embedding, 5 layers of 7; then norms, two a layer
            Map<String, Integer> places = Map.of(
                    "embedding.weight", 0,
                    "layers.0.attention.wv.weight", 3,
                    "layers.4.feedForward.up.weight", 35,
                    "layers.1.attentionNorm.weight", 38,
                    "norm.weight", 46);
            places.forEach((parameter, place) -> {
                String tensor = "optimizer.state." + place;
                assertArrayEquals(
                        stored.tensor(tensor + ".exp_avg").toFloats(),
                        state.get(AdamW.firstMoment(parameter)).toFloats(),
                        parameter);
                assertArrayEquals(
                        stored.tensor(tensor + ".exp_avg_sq").toFloats(),
                        state.get(AdamW.secondMoment(parameter)).toFloats(),
                        parameter);
            });
            float[] query = stored.tensor("optimizer.state.1.exp_avg").toFloats();
            float[] ours =
                    state.get(AdamW.firstMoment("layers.0.attention.wq.weight")).toFloats();
            // heads of 8 rows, pairs side by side there, halves here: row 1 there is row 4 here
            for (int i = 0; i < 64; i++) {
                assertEquals(query[64 + i], ours[4 * 64 + i]);
            }
        }
    }

    @Test
    void theLossGoesDownFromWhereItStood() throws Exception {
        Path path = SharedData.of("data/weights/llama2xs/ckpt.pt");
        Path stories = SharedData.of("data/corpora/tinystories_944k.txt");
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/weights/stories260K/tok512.model"));
        ModelSource source = ModelSource.withWeights(path.toString());
        TrainingOptions options = TrainingOptions.of(TrainingRecipe.of(1e-3, 0, 128, 4 * 128, 512 * 4 * 128))
                .finalRatio(1)
                .sampleEvery(0)
                .build();
        try (TrainingText text = TrainingText.of(List.of(stories), tokenizer, new TokenCache(root.resolve("tokens")));
                ModelFile file = ModelFile.open(path);
                Trainer trainer = Trainer.startFrom(
                        source,
                        text,
                        options,
                        root.resolve("run"),
                        file.moments(source.model()).orElseThrow());
                TrainingDisplay display = new TrainingDisplay(options.steps())) {
            TrainingReport report = trainer.run(display);
            String metrics = Files.readString(root.resolve("run/metrics.jsonl"));
            double first = Double.parseDouble(
                    metrics.lines().findFirst().orElseThrow().replaceAll(".*\"loss\":([0-9.]+).*", "$1"));
            assertEquals(STOOD_AT, first, 0.15);
            assertTrue(report.validationLoss().orElseThrow() < first - 0.01, first + " to " + report);
        }
    }
}
