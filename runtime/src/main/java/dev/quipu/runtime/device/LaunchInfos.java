package dev.quipu.runtime.device;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.ColumnProgram;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Scatter;
import dev.quipu.compiler.cluster.Cluster;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a program's launches are, for people who measure. */
public final class LaunchInfos {
    private LaunchInfos() {}

    /** In the same order. */
    public static List<LaunchInfo> of(List<BoundLaunch> launches) {
        return launches.stream()
                .map(launch -> new LaunchInfo(
                        launch.name(), kind(launch.cluster().kind()), shape(launch.launch()), LaunchWork.of(launch)))
                .toList();
    }

    private static String kind(Cluster.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String shape(Launch launch) {
        return switch (launch) {
            case RowProgram rows -> sizes(rows.space().rows(), rows.space().width());
            case ColumnProgram columns ->
                sizes(columns.space().rows(), columns.space().width());
            case MatrixProduct product ->
                (product.batch() > 1 ? product.batch() + " of " : "")
                        + sizes(product.rows(), product.columns(), product.depth())
                        + (product.transposeLeft() ? " T" : " N")
                        + (product.transposeRight() ? "T" : "N");
            case AttentionLaunch attention ->
                sizes(
                        attention.batch(),
                        attention.heads(),
                        attention.queries(),
                        attention.keys(),
                        attention.headSize());
            case Gather gather -> sizes(gather.count(), gather.width());
            case Scatter scatter -> sizes(scatter.count(), scatter.width());
        };
    }

    private static String sizes(long... sizes) {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining("x"));
    }
}
