package dev.quipu.runtime.cli;

import dev.quipu.runtime.training.LossChart;
import dev.quipu.runtime.training.RunLosses;
import dev.quipu.runtime.view.Picture;
import dev.quipu.runtime.view.TextTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "chart", description = "Draws the losses of training runs in one picture, and prints how they stand.")
final class ChartCommand extends QuipuCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "RUN_DIR",
            description = "The --out folders of training runs, finished or not; at most " + LossChart.MOST_RUNS + ".")
    private List<Path> folders;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "losses.svg",
            description = "The .svg or .png file to draw; by default ${DEFAULT-VALUE}.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        argument(() -> Picture.checked(file));
        List<RunLosses> runs = argument(() -> {
            LossChart.requireColors(folders.size());
            return RunLosses.read(folders);
        });
        LossChart.write(file, runs, OptionalDouble.empty());
        out().print(table(runs));
        out().println("drawn in " + file);
        return SUCCESS;
    }

    private static String table(List<RunLosses> runs) {
        double window = LossChart.window(runs);
        TextTable table = new TextTable("llrrr").row("run", "device", "step", "training", "validation");
        for (RunLosses run : runs) {
            table.row(
                    run.name(),
                    run.device().orElse("-"),
                    run.training().getLast().step(),
                    loss(run.smoothed(window)[run.training().size() - 1]),
                    run.validation().isEmpty()
                            ? "-"
                            : loss(run.validation().getLast().loss()));
        }
        return table.text();
    }

    private static String loss(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }
}
