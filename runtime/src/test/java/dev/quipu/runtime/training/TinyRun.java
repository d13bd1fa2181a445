package dev.quipu.runtime.training;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.catalog.TrainingRecipe;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs that take a moment: a model of two small layers on a text that repeats itself. */
record TinyRun(Path root) {
    static final int STEPS = 6;

    /** Keeps what a run tells. */
    static class Told implements TrainingListener {
        final List<Metric> metrics = new ArrayList<>();
        final List<Long> sampledAt = new ArrayList<>();
        final List<Long> checkpoints = new ArrayList<>();
        final List<String> lines = new ArrayList<>();

        @Override
        public void step(Metric.Training step) {
            metrics.add(step);
        }

        @Override
        public void validation(Metric.Validation validation) {
            metrics.add(validation);
        }

        @Override
        public void sample(long step, String text) {
            sampledAt.add(step);
        }

        @Override
        public void checkpoint(long step, Path folder) {
            checkpoints.add(step);
        }

        @Override
        public void say(String line) {
            lines.add(line);
        }
    }

    /** Stops a run after a step. */
    static final class StopAfter extends Told {
        private final long last;
        private final Trainer trainer;

        StopAfter(long last, Trainer trainer) {
            this.last = last;
            this.trainer = trainer;
        }

        @Override
        public void step(Metric.Training step) {
            super.step(step);
            if (step.step() == last) {
                trainer.stop();
            }
        }
    }

    static Model model() {
        return Llama.of(LlamaConfig.of(16, 2, 2, 24, 264, 32));
    }

    static ModelSource source() {
        return source(model());
    }

    static ModelSource source(Model model) {
        return new ModelSource("tiny", model, Optional.empty(), Optional.empty(), Optional.empty());
    }

    static TrainingOptionsBuilder options() {
        return TrainingOptions.of(TrainingRecipe.of(1e-2, 2, 16, 4 * 16, STEPS * 4 * 16))
                .checkpointEvery(2)
                .sampleEvery(0)
                .verify(true);
    }

    TrainingText text() {
        return text("To hold a graph in the hand, and to read it: knots, cords and colours.\n".repeat(40));
    }

    TrainingText text(String content) {
        try {
            Path file = root.resolve("text" + Integer.toHexString(content.hashCode()) + ".txt");
            if (!Files.exists(file)) {
                Files.writeString(file, content);
            }
            return TrainingText.of(List.of(file), new ByteTokenizer(), new TokenCache(root.resolve("tokens")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder(String name) {
        return root.resolve(name);
    }

    /** Runs to the end and tells the report. */
    TrainingReport run(String name, Consumer<TrainingOptionsBuilder> changes, TrainingListener listener) {
        TrainingOptionsBuilder options = options();
        changes.accept(options);
        try (TrainingText text = text();
                Trainer trainer = Trainer.start(source(), text, options.build(), folder(name))) {
            return trainer.run(listener);
        }
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
