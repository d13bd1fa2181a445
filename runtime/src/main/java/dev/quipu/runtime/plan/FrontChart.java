package dev.quipu.runtime.plan;

import dev.quipu.compiler.checkpoint.Front;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Point2D;
import java.util.List;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Bytes kept against predicted time of rebuilding: the front, and where each plan lies. */
final class FrontChart {
    private static final Color GREY = new Color(0x99, 0x99, 0x99);
    private static final double ROOM = 1.15;
    private static final int LABEL_SIZE = 12;

    private final PlanStudy study;
    private final ChartUnit bytes;
    private final ChartUnit seconds;

    FrontChart(PlanStudy study) {
        this.study = study;
        this.bytes = ChartUnit.ofBytes(mostBytes());
        this.seconds = ChartUnit.ofSeconds(mostSeconds());
    }

    private double mostBytes() {
        return study.plans().stream().mapToLong(PlanSummary::keptBytes).max().orElse(0);
    }

    private double mostSeconds() {
        return study.plans().stream()
                .mapToDouble(PlanSummary::rebuildSeconds)
                .max()
                .orElse(0);
    }

    XYChart chart(String title) {
        XYChart chart = PlanChart.chart(
                title,
                "kept for the backward pass (" + bytes.name() + ")",
                "time to rebuild the rest (" + seconds.name() + ")");
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setXAxisMax(ROOM * bytes.of(mostBytes()));
        chart.getStyler().setYAxisMax(ROOM * seconds.of(mostSeconds()));
        List<Front.Point> front = study.front().points();
        XYSeries line = chart.addSeries(
                "no plan lies below",
                front.stream()
                        .mapToDouble(point -> bytes.of((double) point.bytes()))
                        .toArray(),
                front.stream().mapToDouble(point -> seconds.of(point.seconds())).toArray());
        line.setMarker(SeriesMarkers.NONE).setLineColor(GREY).setLineWidth(1.5f);
        for (int i = 0; i < study.plans().size(); i++) {
            PlanSummary plan = study.plans().get(i);
            XYSeries point =
                    chart.addSeries(plan.name(), new double[] {bytes.of((double) plan.keptBytes())}, new double[] {
                        seconds.of(plan.rebuildSeconds())
                    });
            point.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(PlanChart.color(i));
            point.setLineColor(PlanChart.color(i)).setShowInLegend(false);
        }
        chart.getStyler().setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, LABEL_SIZE));
        label(chart);
        return chart;
    }

    /** Places are found in pixels, since letters are as large as they are. */
    private void label(XYChart chart) {
        double across = PlanChart.PLOT_WIDTH / chart.getStyler().getXAxisMax();
        double up = PlanChart.PLOT_HEIGHT / chart.getStyler().getYAxisMax();
        List<Point2D> points = study.plans().stream()
                .<Point2D>map(plan -> new Point2D.Double(
                        across * bytes.of((double) plan.keptBytes()), up * seconds.of(plan.rebuildSeconds())))
                .toList();
        PointLabels labels = new PointLabels(PlanChart.PLOT_WIDTH, points);
        for (int i = 0; i < points.size(); i++) {
            String name = study.plans().get(i).name();
            Point2D place = labels.place(name, points.get(i));
            chart.addAnnotation(new AnnotationText(name, place.getX() / across, place.getY() / up, false));
        }
    }
}
