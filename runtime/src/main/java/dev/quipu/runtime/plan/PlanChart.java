package dev.quipu.runtime.plan;

import dev.quipu.runtime.view.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Draws a study: the memory of a step under each plan, and what keeping less costs. */
public final class PlanChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 460;
    /** About what axes and titles leave of a chart. */
    static final double PLOT_WIDTH = WIDTH - 90;

    static final double PLOT_HEIGHT = HEIGHT - 90;

    /** Plans in the order of a study; the last is for one that was asked for. */
    private static final List<Color> COLORS = List.of(
            new Color(0x1F, 0x4E, 0x9C),
            new Color(0xD9, 0x5F, 0x02),
            new Color(0x1B, 0x9E, 0x77),
            new Color(0x75, 0x4C, 0xA8),
            new Color(0xC2, 0x18, 0x3C));

    private PlanChart() {}

    /**
     * Writes the picture.
     *
     * @param file ends in {@code .svg} or {@code .png}
     * @param title what was studied
     */
    public static void write(Path file, PlanStudy study, String title) throws IOException {
        Picture.write(file, WIDTH, 2 * HEIGHT, graphics -> paint(graphics, study, title));
    }

    private static void paint(Graphics2D graphics, PlanStudy study, String title) {
        new TimelineChart(study).chart(title + ": memory of a step").paint(graphics, WIDTH, HEIGHT);
        graphics.translate(0, HEIGHT);
        new FrontChart(study).chart("What keeping less costs").paint(graphics, WIDTH, HEIGHT);
        graphics.translate(0, -HEIGHT);
    }

    /** The color of a plan, the same in both charts. */
    static Color color(int plan) {
        return COLORS.get(Math.min(plan, COLORS.size() - 1));
    }

    /** An empty chart in the style of both. */
    static XYChart chart(String title, String xTitle, String yTitle) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotBorderVisible(false);
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setXAxisDecimalPattern("#,##0.##");
        chart.getStyler().setYAxisDecimalPattern("#,##0.##");
        return chart;
    }
}
