package dev.quipu.runtime.plan;

import dev.quipu.compiler.checkpoint.Front;
import java.awt.Color;
import java.util.List;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Bytes kept against predicted time of rebuilding: the front, and where each plan lies. */
final class FrontChart {
    private static final Color GREY = new Color(0x99, 0x99, 0x99);
    private static final double ROOM = 1.12;

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
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setXAxisMax(ROOM * bytes.of(mostBytes()));
        chart.getStyler().setYAxisMax(ROOM * seconds.of(mostSeconds()));
        List<Front.Point> front = study.front().points();
        XYSeries line = chart.addSeries(
                "no plan lies below",
                front.stream().mapToDouble(point -> bytes.of(point.bytes())).toArray(),
                front.stream().mapToDouble(point -> seconds.of(point.seconds())).toArray());
        line.setMarker(SeriesMarkers.NONE).setLineColor(GREY).setLineWidth(1.5f);
        for (int i = 0; i < study.plans().size(); i++) {
            PlanSummary plan = study.plans().get(i);
            XYSeries point = chart.addSeries(
                    plan.name(),
                    new double[] {bytes.of(plan.keptBytes())},
                    new double[] {seconds.of(plan.rebuildSeconds())});
            point.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(PlanChart.color(i));
            point.setLineColor(PlanChart.color(i));
        }
        label(chart);
        return chart;
    }

    private void label(XYChart chart) {
        for (PlanSummary plan : study.plans()) {
            chart.addAnnotation(new AnnotationText(
                    plan.name(), bytes.of(plan.keptBytes()), seconds.of(plan.rebuildSeconds()), false));
        }
    }
}
