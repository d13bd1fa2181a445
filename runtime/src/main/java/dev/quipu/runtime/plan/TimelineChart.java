package dev.quipu.runtime.plan;

import dev.quipu.compiler.cluster.Cluster;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Live bytes over the predicted time of a step, a line for each plan. */
final class TimelineChart {
    private static final int POINTS = 400;
    private static final float THIN = 1.2f;
    private static final float THICK = 2.4f;

    private final PlanStudy study;
    private final ChartUnit bytes;
    private final ChartUnit seconds;

    TimelineChart(PlanStudy study) {
        this.study = study;
        this.bytes = ChartUnit.ofBytes((double)
                study.plans().stream().mapToLong(PlanSummary::peakBytes).max().orElse(0));
        this.seconds = ChartUnit.ofSeconds(study.plans().stream()
                .mapToDouble(PlanSummary::stepSeconds)
                .max()
                .orElse(0));
    }

    XYChart chart(String title) {
        XYChart chart = PlanChart.chart(
                title, "predicted time (" + seconds.name() + ")", "live activations (" + bytes.name() + ")");
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        for (int i = 0; i < study.plans().size(); i++) {
            PlanSummary plan = study.plans().get(i);
            boolean chosen = study.chosen().filter(plan::equals).isPresent();
            line(chart, plan).setLineColor(PlanChart.color(i)).setLineWidth(chosen ? THICK : THIN);
        }
        study.chosen().ifPresent(plan -> plan.request().budget().ifPresent(budget -> limit(chart, budget)));
        return chart;
    }

    private void limit(XYChart chart, long budget) {
        double end = seconds.of(study.plans().stream()
                .mapToDouble(PlanSummary::stepSeconds)
                .max()
                .orElse(0));
        XYSeries series = chart.addSeries(
                "the budget", new double[] {0, end}, new double[] {bytes.of((double) budget), bytes.of((double) budget)
                });
        series.setMarker(SeriesMarkers.NONE).setLineColor(Color.DARK_GRAY);
        series.setLineStyle(
                new BasicStroke(1f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1f, new float[] {6, 4}, 0f));
    }

    /** The most within each of many short stretches of time, so that no peak is lost. */
    private XYSeries line(XYChart chart, PlanSummary plan) {
        List<Cluster> clusters = plan.gradient().scheduled().clusters();
        long[] live = plan.memory().live(clusters.size());
        double[] most = new double[POINTS];
        double all = plan.stepSeconds();
        double start = 0;
        for (int i = 0; i < live.length; i++) {
            double end = start + clusters.get(i).seconds();
            int last = Math.min(POINTS - 1, (int) (POINTS * end / all));
            for (int point = Math.min(POINTS - 1, (int) (POINTS * start / all)); point <= last; point++) {
                most[point] = Math.max(most[point], bytes.of((double) live[i]));
            }
            start = end;
        }
        double[] times = new double[POINTS];
        for (int point = 0; point < POINTS; point++) {
            times[point] = seconds.of(all * point / (POINTS - 1));
        }
        XYSeries series = chart.addSeries(plan.name(), times, most);
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }
}
