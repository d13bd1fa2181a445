package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

class LossChartTest {
    private static final int STEPS = 3001;
    private static final List<Metric.Validation> VALIDATION =
            List.of(new Metric.Validation(1500, 2.5), new Metric.Validation(3000, 2.25));

    /** A label's place, in pixels. */
    private static final Pattern LABEL = Pattern.compile("matrix\\(1,0,0,1,([-0-9.]+),([-0-9.]+)\\)");

    /** Of labels below the axis, in pixels from the top. */
    private static final double LABELS_BELOW = 508;

    private static final double LABEL_HEIGHT = 6;

    @TempDir
    private Path folder;

    private static RunLosses run(String name, int steps, double even, double odd, List<Metric.Validation> validation) {
        List<Metric.Training> training = LongStream.rangeClosed(1, steps)
                .mapToObj(
                        step -> new Metric.Training(step, step % 2 == 0 ? even : odd, 0.5, 1e-3, 10 * step, 123.5, 1e9))
                .toList();
        return new RunLosses(name, Optional.of("jvm"), training, validation);
    }

    private static RunLosses alone() {
        return run("mine", STEPS, 1, 3, VALIDATION);
    }

    private static List<String> names(XYChart chart) {
        return chart.getSeriesCollection().stream().map(XYSeries::getName).toList();
    }

    private static double[] losses(XYChart chart, String series) {
        return chart.getSeries(series).getYData();
    }

    @Test
    void oneRunHasLabelledAxesAndAllOfItsLosses() {
        XYChart chart = LossChart.chart(List.of(alone()), OptionalDouble.of(3.3));
        double[] steps = chart.getSeries("training").getXData();
        assertAll(
                () -> assertEquals("Loss of mine (jvm)", chart.getTitle()),
                () -> assertEquals("step", chart.getXAxisTitle()),
                () -> assertEquals("loss (nats per token)", chart.getYAxisTitle()),
                () -> assertEquals(
                        List.of("training", "training, smoothed", "validation", "unigram entropy"), names(chart)),
                () -> assertArrayEquals(new double[] {2.5, 2.25}, losses(chart, "validation")),
                () -> assertArrayEquals(new double[] {3.3, 3.3}, losses(chart, "unigram entropy")),
                () -> assertEquals(1, steps[0]),
                () -> assertEquals(STEPS, steps[steps.length - 1]),
                () -> assertEquals(3, losses(chart, "training")[0]));
    }

    @Test
    void runsAreToldApartByNameAndColor() {
        XYChart chart = LossChart.chart(
                List.of(run("a", 2, 1, 3, VALIDATION), run("b", 1, 5, 4, List.of())), OptionalDouble.empty());
        XYSeries first = chart.getSeries("a (jvm): training, smoothed");
        XYSeries second = chart.getSeries("b (jvm): training, smoothed");
        assertAll(
                () -> assertEquals(
                        List.of("a (jvm): training, smoothed", "a (jvm): validation", "b (jvm): training, smoothed"),
                        names(chart)),
                () -> assertArrayEquals(new double[] {1, 1.5, 2}, first.getXData()),
                () -> assertArrayEquals(new double[] {3, 2, 1}, first.getYData()),
                () -> assertArrayEquals(new double[] {1}, second.getXData()),
                () -> assertArrayEquals(new double[] {4}, second.getYData()),
                () -> assertArrayEquals(
                        new double[] {1500, 3000},
                        chart.getSeries("a (jvm): validation").getXData()),
                () -> assertArrayEquals(new double[] {2.5, 2.25}, losses(chart, "a (jvm): validation")),
                () -> assertEquals(
                        first.getLineColor(),
                        chart.getSeries("a (jvm): validation").getLineColor()),
                () -> assertNotEquals(first.getLineColor(), second.getLineColor()));
    }

    @Test
    void everyRunThatFitsHasAColor() throws IOException {
        Path file = folder.resolve("losses.png");
        List<RunLosses> runs = LongStream.range(0, LossChart.MOST_RUNS)
                .mapToObj(i -> run("run " + i, 2, 1, 2, VALIDATION))
                .toList();
        LossChart.write(file, runs, OptionalDouble.empty());
        assertEquals(
                LossChart.MOST_RUNS,
                LossChart.chart(runs, OptionalDouble.empty()).getSeriesCollection().stream()
                        .map(XYSeries::getLineColor)
                        .distinct()
                        .count());
        List<RunLosses> more = Collections.nCopies(LossChart.MOST_RUNS + 1, alone());
        assertEquals(
                "chart: expected at most 8 runs, found 9; draw fewer",
                assertThrows(QuipuException.class, () -> LossChart.write(file, more, OptionalDouble.empty()))
                        .getMessage());
    }

    @Test
    void writesAFileThatDoesNotGrowWithTheRun() throws IOException {
        Path file = folder.resolve("loss.svg");
        LossChart.write(file, List.of(alone()), OptionalDouble.of(3.3));
        String svg = Files.readString(file);
        assertTrue(svg.contains("<svg") && svg.contains("</svg"));
        assertTrue(svg.length() < 600_000, "length " + svg.length());
    }

    /** Letters are drawn as outlines, each label's moved to its place. */
    @ParameterizedTest
    @ValueSource(ints = {10, 40, 300, 400, 5000})
    void stepsHaveLabelsThatStayApart(int steps) throws IOException {
        for (List<RunLosses> runs : List.of(
                List.of(run("a", steps, 1, 3, List.of())),
                List.of(run("a", 1, 1, 3, List.of()), run("b", steps, 1, 3, List.of())))) {
            Path file = folder.resolve("loss.svg");
            LossChart.write(file, runs, OptionalDouble.of(3.3));
            double[] places = LABEL.matcher(Files.readString(file))
                    .results()
                    .filter(label -> Math.abs(Double.parseDouble(label.group(2)) - LABELS_BELOW) < LABEL_HEIGHT)
                    .mapToDouble(label -> Double.parseDouble(label.group(1)))
                    .sorted()
                    .toArray();
            assertTrue(places.length > 5, () -> Arrays.toString(places));
            for (int i = 1; i < places.length; i++) {
                assertTrue(places[i] - places[i - 1] > 40, () -> Arrays.toString(places));
            }
        }
    }
}
