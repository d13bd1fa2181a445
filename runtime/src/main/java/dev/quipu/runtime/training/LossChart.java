package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.view.Picture;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws losses over steps. One run is drawn with every step's loss and the unigram entropy that losses are measured against; of
 * several, each in a color of its own, only the smoothed losses of training and those of validation, so that they can be told apart.
 */
public final class LossChart {
    /** One for each color. */
    public static final int MOST_RUNS = 8;

    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final double SMOOTHING_SHARE = 0.01;
    private static final float THIN = 1f;
    private static final float MEDIUM = 2f;
    private static final float BROAD = 5f;
    private static final float[] DASHES = {6, 4};
    private static final Color PALE = new Color(0xB7, 0xC9, 0xE2);
    private static final Color GREY = new Color(0x66, 0x66, 0x66);
    private static final List<Color> COLORS = List.of(
            new Color(0x1F, 0x4E, 0x9C),
            new Color(0xD9, 0x5F, 0x02),
            new Color(0x1B, 0x9E, 0x77),
            new Color(0x75, 0x4C, 0xA8),
            new Color(0xC2, 0x18, 0x3C),
            new Color(0x8C, 0x6D, 0x1F),
            new Color(0x17, 0x8F, 0xB8),
            new Color(0x44, 0x44, 0x44));

    private final XYChart chart;
    private final List<RunLosses> runs;
    private final double window;

    private LossChart(XYChart chart, List<RunLosses> runs) {
        this.chart = chart;
        this.runs = runs;
        this.window = window(runs);
    }

    /**
     * The window that losses of runs drawn together are smoothed over: about a hundredth of the longest.
     *
     * @return a number of steps
     */
    public static double window(List<RunLosses> runs) {
        return SMOOTHING_SHARE
                * runs.stream().mapToInt(run -> run.training().size()).max().orElse(0);
    }

    /**
     * Writes the chart.
     *
     * @param file ends in {@code .svg} or {@code .png}
     * @param runs each with a step of training
     * @param unigramEntropy of the validation text, in nats per token
     * @throws QuipuException for more runs than there are colors, and where Java finds no fonts
     */
    public static void write(Path file, List<RunLosses> runs, OptionalDouble unigramEntropy) throws IOException {
        requireColors(runs.size());
        XYChart chart = chart(runs, unigramEntropy);
        Picture.write(file, WIDTH, HEIGHT, graphics -> chart.paint(graphics, WIDTH, HEIGHT));
    }

    /**
     * Refuses more runs than can be told apart.
     *
     * @throws QuipuException for more than {@value #MOST_RUNS}
     */
    public static void requireColors(int runs) {
        if (runs > MOST_RUNS) {
            throw QuipuException.of("at most " + MOST_RUNS + " runs", Integer.toString(runs), "chart", "draw fewer");
        }
    }

    static XYChart chart(List<RunLosses> runs, OptionalDouble unigramEntropy) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(runs.size() == 1 ? "Loss of " + runs.getFirst().title() : "Losses of " + runs.size() + " runs")
                .xAxisTitle("step")
                .yAxisTitle("loss (nats per token)")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotBorderVisible(false);
        chart.getStyler().setXAxisDecimalPattern("#,##0");
        LossChart drawing = new LossChart(chart, runs);
        if (runs.size() == 1) {
            drawing.addSteps(runs.getFirst());
        }
        IntStream.range(0, runs.size()).forEach(drawing::addRun);
        unigramEntropy.ifPresent(drawing::addEntropy);
        return chart;
    }

    private void addSteps(RunLosses run) {
        line("training", LossCurve.of(run.training()).thinned().uneven(), PALE, solid(THIN));
    }

    /** Runs that agree cover each other, so the first of several is drawn broader and shows beneath. */
    private void addRun(int index) {
        RunLosses run = runs.get(index);
        boolean alone = runs.size() == 1;
        String prefix = alone ? "" : run.title() + ": ";
        BasicStroke stroke = solid(!alone && index == 0 ? BROAD : MEDIUM);
        LossCurve smoothed =
                LossCurve.of(run.training(), run.smoothed(window)).thinned().uneven();
        line(prefix + "training, smoothed", smoothed, COLORS.get(index), stroke);
        if (!run.validation().isEmpty()) {
            LossCurve validation = LossCurve.of(run.validation()).thinned();
            Color color = COLORS.get(alone ? 1 : index);
            line(prefix + "validation", validation, color, alone ? solid(MEDIUM) : dashed(MEDIUM))
                    .setMarker(SeriesMarkers.CIRCLE);
        }
    }

    private void addEntropy(double entropy) {
        List<Metric.Training> training = runs.getFirst().training();
        LossCurve level =
                LossCurve.of(List.of(training.getFirst(), training.getLast()), new double[] {entropy, entropy});
        line("unigram entropy", level, GREY, dashed(THIN));
    }

    private XYSeries line(String name, LossCurve curve, Color color, BasicStroke stroke) {
        XYSeries series = chart.addSeries(name, curve.steps(), curve.losses());
        series.setMarker(SeriesMarkers.NONE).setMarkerColor(color).setLineColor(color);
        series.setLineStyle(stroke);
        return series;
    }

    private static BasicStroke solid(float width) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
    }

    private static BasicStroke dashed(float width) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, DASHES, 0f);
    }
}
