package dev.quipu.runtime.training;

import dev.quipu.runtime.view.VectorImage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws {@code loss.svg}: the losses of a run over its steps, and the unigram entropy that they are measured against. */
public final class LossChart {
    private static final Logger LOG = LoggerFactory.getLogger(LossChart.class);
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final int MOST_POINTS = 400;
    private static final double SMOOTHING_SHARE = 0.01;
    private static final Color PALE = new Color(0xB7, 0xC9, 0xE2);
    private static final Color BLUE = new Color(0x1F, 0x4E, 0x9C);
    private static final Color ORANGE = new Color(0xD9, 0x5F, 0x02);
    private static final Color GREY = new Color(0x66, 0x66, 0x66);

    private LossChart() {}

    /**
     * Writes the chart; without a line of training it writes nothing. Where Java cannot draw text, for want of fonts, the log says so
     * and there is no chart: that is no reason to end a run.
     *
     * @param unigramEntropy of the validation text, in nats per token
     */
    public static void write(Path file, List<Metric> metrics, OptionalDouble unigramEntropy) throws IOException {
        if (metrics.stream().noneMatch(Metric.Training.class::isInstance)) {
            return;
        }
        try {
            VectorImage.write(
                    file,
                    WIDTH,
                    HEIGHT,
                    graphics -> chart(metrics, unigramEntropy).paint(graphics, WIDTH, HEIGHT));
        } catch (LinkageError | InternalError | IllegalStateException | NullPointerException e) {
            // The forms in which a JDK without fontconfig or fonts fails, by version.
            LOG.warn("no {}: Java finds no fonts to draw with ({}); install fontconfig and a font", file, e.toString());
            Files.deleteIfExists(file);
        }
    }

    static XYChart chart(List<Metric> metrics, OptionalDouble unigramEntropy) {
        List<Metric> training =
                metrics.stream().filter(Metric.Training.class::isInstance).toList();
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Loss")
                .xAxisTitle("step")
                .yAxisTitle("loss (nats per token)")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotBorderVisible(false);
        chart.getStyler().setXAxisDecimalPattern("#,##0");
        line(chart, "training", thin(training), PALE, 1f);
        line(chart, "training, smoothed", thin(smooth(training)), BLUE, 2f);
        List<Metric> validation =
                metrics.stream().filter(Metric.Validation.class::isInstance).toList();
        if (!validation.isEmpty()) {
            line(chart, "validation", validation, ORANGE, 2f).setMarker(SeriesMarkers.CIRCLE);
        }
        if (unigramEntropy.isPresent()) {
            double entropy = unigramEntropy.getAsDouble();
            double[] steps = {training.getFirst().step(), training.getLast().step()};
            XYSeries series = chart.addSeries("unigram entropy", steps, new double[] {entropy, entropy});
            series.setMarker(SeriesMarkers.NONE).setLineColor(GREY);
            series.setLineStyle(
                    new BasicStroke(1f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1f, new float[] {6, 4}, 0f));
        }
        return chart;
    }

    private static XYSeries line(XYChart chart, String name, List<Metric> metrics, Color color, float width) {
        double[] steps = metrics.stream().mapToDouble(Metric::step).toArray();
        double[] losses = metrics.stream().mapToDouble(Metric::loss).toArray();
        XYSeries series = chart.addSeries(name, steps, losses);
        series.setMarker(SeriesMarkers.NONE)
                .setMarkerColor(color)
                .setLineColor(color)
                .setLineWidth(width);
        return series;
    }

    /** An exponential mean over about a hundredth of the run, divided by its weights so far so that it starts unbiased. */
    private static List<Metric> smooth(List<Metric> metrics) {
        double decay = 1 - 1 / Math.max(1, metrics.size() * SMOOTHING_SHARE);
        double sum = 0;
        double weights = 0;
        List<Metric> smoothed = new ArrayList<>(metrics.size());
        for (Metric metric : metrics) {
            sum = decay * sum + metric.loss();
            weights = decay * weights + 1;
            smoothed.add(new Metric.Validation(metric.step(), sum / weights));
        }
        return smoothed;
    }

    /** Leaves out points that no eye could tell apart. */
    private static List<Metric> thin(List<Metric> metrics) {
        int every = Math.ceilDiv(metrics.size(), MOST_POINTS);
        return IntStream.range(0, metrics.size())
                .filter(i -> i % every == 0 || i == metrics.size() - 1)
                .mapToObj(metrics::get)
                .toList();
    }
}
