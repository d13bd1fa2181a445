package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class LossChartTest {
    private static final int STEPS = 3001;

    @TempDir
    Path folder;

    private static List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (long step = 1; step <= STEPS; step++) {
            metrics.add(new Metric.Training(step, step % 2 == 0 ? 1 : 3, 0.5, 1e-3, 10 * step, 123.5, 1e9));
        }
        metrics.add(new Metric.Validation(1500, 2.5));
        metrics.add(new Metric.Validation(3000, 2.25));
        return metrics;
    }

    private static double[] losses(XYChart chart, String series) {
        return chart.getSeries(series).getYData();
    }

    @Test
    void hasLabelledAxesAndTheLosses() {
        XYChart chart = LossChart.chart(metrics(), OptionalDouble.of(3.3));
        assertEquals("step", chart.getXAxisTitle());
        assertEquals("loss (nats per token)", chart.getYAxisTitle());
        assertEquals(
                List.of("training", "training, smoothed", "validation", "unigram entropy"),
                chart.getSeriesCollection().stream().map(XYSeries::getName).toList());
        assertArrayEquals(new double[] {2.5, 2.25}, losses(chart, "validation"));
        assertArrayEquals(new double[] {3.3, 3.3}, losses(chart, "unigram entropy"));
        double[] steps = chart.getSeries("training").getXData();
        assertEquals(1, steps[0]);
        assertEquals(STEPS, steps[steps.length - 1]);
    }

    @Test
    void theSmoothedLossIsTheMeanOfItsNeighbours() {
        double[] smoothed = losses(LossChart.chart(metrics(), OptionalDouble.empty()), "training, smoothed");
        assertEquals(3, smoothed[0]);
        assertTrue(DoubleStream.of(smoothed).skip(50).allMatch(loss -> Math.abs(loss - 2) < 0.05));
    }

    @Test
    void writesAFileThatDoesNotGrowWithTheRun() throws IOException {
        Path file = folder.resolve("loss.svg");
        LossChart.write(file, metrics(), OptionalDouble.of(3.3));
        String svg = Files.readString(file);
        assertTrue(svg.contains("<svg") && svg.contains("</svg"));
        assertTrue(svg.length() < 600_000, "length " + svg.length());
    }

    @Test
    void drawsNothingWithoutAStep() throws IOException {
        LossChart.write(folder.resolve("loss.svg"), List.of(new Metric.Validation(0, 5)), OptionalDouble.empty());
        assertFalse(Files.exists(folder.resolve("loss.svg")));
    }
}
