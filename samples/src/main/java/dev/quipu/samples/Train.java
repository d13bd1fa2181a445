package dev.quipu.samples;

import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.training.Trainer;
import dev.quipu.runtime.training.TrainingDisplay;
import dev.quipu.runtime.training.TrainingOptions;
import dev.quipu.runtime.training.TrainingReport;
import dev.quipu.runtime.training.TrainingText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Trains a small LLaMA, through the library. Its arguments are text files and folders; without any it reads the Java sources
 * that JDKs carry. Once {@code ./quipu} has built, it runs without a build of its own:
 *
 * <pre>
 * java @config/jvm.args @target/quipu/classpath.args samples/src/main/java/dev/quipu/samples/Train.java TEXT...
 * </pre>
 */
public final class Train {
    private Train() {}

    /** Trains and prints how far it came. */
    public static void main(String[] texts) {
        ModelSource model = ModelSource.of("llama-tiny");
        List<Path> paths = Arrays.stream(texts).map(Path::of).toList();
        TrainingOptions options =
                TrainingOptions.of(model.recipe().orElseThrow()).build();
        try (TrainingText text = TrainingText.of(paths, new ByteTokenizer());
                Trainer trainer = Trainer.start(model, text, options, Path.of("runs/sample"));
                TrainingDisplay display = new TrainingDisplay(options.steps())) {
            TrainingReport report = trainer.run(display);
            System.out.println(report.sample().orElse("no sample"));
            System.out.println("loss " + report.validationLoss() + ", unigram entropy " + report.unigramEntropy());
        }
    }
}
