package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The losses of a run, in the order of its steps; steps whose loss is not finite are left out.
 *
 * @param name of the run, for people
 * @param device that the run's settings name, where the folder holds them
 */
public record RunLosses(
        String name, Optional<String> device, List<Metric.Training> training, List<Metric.Validation> validation) {
    public RunLosses {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /** The losses among the metrics of a run that is named after its folder. */
    static RunLosses of(Path folder, List<Metric> metrics) {
        return of(lastName(folder), Optional.empty(), metrics);
    }

    private static RunLosses of(String name, Optional<String> device, List<Metric> metrics) {
        return new RunLosses(
                name, device, finite(metrics, Metric.Training.class), finite(metrics, Metric.Validation.class));
    }

    private static <T extends Metric> List<T> finite(List<Metric> metrics, Class<T> kind) {
        return metrics.stream()
                .filter(metric -> Double.isFinite(metric.loss()))
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /**
     * Reads the losses of several runs, named after their folders; where two folders have the same name, after the paths as they are given.
     *
     * @throws QuipuException if a folder is given twice, or is not that of a run with a step of training
     */
    public static List<RunLosses> read(List<Path> folders) {
        Set<Path> given = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Path folder : folders) {
            if (!given.add(absolute(folder))) {
                throw QuipuException.of("each run once", "it again", folder.toString(), "leave it out");
            }
            names.add(lastName(folder));
        }
        boolean unique = names.size() == folders.size();
        List<RunLosses> runs = new ArrayList<>();
        for (Path folder : folders) {
            runs.add(read(folder, unique ? lastName(folder) : folder.toString()));
        }
        return runs;
    }

    private static RunLosses read(Path folder, String name) {
        Path metrics = folder.resolve(RunFolder.METRICS);
        if (!Files.isRegularFile(metrics)) {
            throw QuipuException.of(
                    "the folder of a training run, with " + RunFolder.METRICS,
                    Files.exists(folder) ? "none in it" : "nothing",
                    folder.toString(),
                    "give the --out folder of ./quipu train");
        }
        Optional<String> device = Files.exists(folder.resolve(TrainingStateFiles.STATE))
                ? Optional.ofNullable(
                        TrainingStateFiles.readState(folder).settings().get(TrainingSettings.DEVICE))
                : Optional.empty();
        RunLosses losses = of(name, device, MetricsFile.read(metrics));
        if (losses.training().isEmpty()) {
            throw QuipuException.of("a step of training", "none yet", metrics.toString(), "let the run go on");
        }
        return losses;
    }

    private static Path absolute(Path folder) {
        return folder.toAbsolutePath().normalize();
    }

    /** Of what a relative path such as {@code .} stands for. */
    private static String lastName(Path folder) {
        Path name = absolute(folder).getFileName();
        return name == null ? folder.toString() : name.toString();
    }

    /** Name and device. */
    public String title() {
        return name + device.map(device -> " (" + device + ")").orElse("");
    }

    /**
     * The losses of training as exponential means, divided by their weights so far so that they start unbiased.
     *
     * @param window over about how many steps
     */
    public double[] smoothed(double window) {
        double decay = 1 - 1 / Math.max(1, window);
        double sum = 0;
        double weights = 0;
        double[] smoothed = new double[training.size()];
        for (int i = 0; i < smoothed.length; i++) {
            sum = decay * sum + training.get(i).loss();
            weights = decay * weights + 1;
            smoothed[i] = sum / weights;
        }
        return smoothed;
    }
}
