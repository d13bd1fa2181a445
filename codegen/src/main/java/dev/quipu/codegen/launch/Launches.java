package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Sum;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Turns every cluster of a schedule into launches, free of any device. */
public final class Launches {
    private Launches() {}

    /** All launches in order. A cluster gives one, or several that together fill its output. */
    public static List<BoundLaunch> of(Scheduled scheduled) {
        List<BoundLaunch> launches = new ArrayList<>();
        for (Cluster cluster : scheduled.clusters()) {
            launches.addAll(of(scheduled, cluster));
        }
        return launches;
    }

    private static List<BoundLaunch> of(Scheduled scheduled, Cluster cluster) {
        return switch (cluster.kind()) {
            case ROWS -> List.of(rows(scheduled, cluster));
            case COLUMNS -> List.of(columns(scheduled, cluster));
            case PRODUCT -> List.of(product(scheduled, cluster));
            case GATHER -> List.of(gather(scheduled, cluster));
            case SCATTER -> List.of(scatter(scheduled, cluster));
            case ATTENTION, ATTENTION_BACKWARD, CACHED_ATTENTION -> List.of(attention(scheduled, cluster));
            case MOVE -> Moves.of(scheduled, cluster);
        };
    }

    private static BoundLaunch rows(Scheduled scheduled, Cluster cluster) {
        StepBuilder builder = new StepBuilder(scheduled, walked(cluster));
        cluster.nodes().forEach(new NodeSteps(builder, cluster)::compute);
        cluster.outputs().forEach(builder::store);
        RowProgram program = new RowProgram(builder.space(), builder.buffers(), builder.steps());
        return builder.bind(cluster, NarrowRows.widen(program));
    }

    /** The widest shape among the nodes: a reduction's input, a map's output. */
    private static Shape walked(Cluster cluster) {
        Shape widest = Shape.scalar();
        for (Node node : cluster.nodes()) {
            if (!node.inputs().isEmpty()) {
                widest = wider(widest, node.inputs().getFirst().shape());
            }
            if (!node.types().isEmpty()) {
                widest = wider(widest, node.types().getFirst().shape());
            }
        }
        return widest;
    }

    private static Shape wider(Shape widest, Shape other) {
        long more = other.elements() - widest.elements();
        return more > 0 || (more == 0 && widest.equals(Shape.scalar())) ? other : widest;
    }

    private static BoundLaunch columns(Scheduled scheduled, Cluster cluster) {
        List<Node> sums = cluster.nodes().stream()
                .filter(node -> node.op() instanceof Sum)
                .toList();
        Sum first = (Sum) sums.getFirst().op();
        StepBuilder builder =
                new StepBuilder(scheduled, sums.getFirst().inputs().getFirst().shape());
        cluster.nodes().stream()
                .filter(node -> !(node.op() instanceof Sum) && !(node.op() instanceof AccumulateState))
                .forEach(new NodeSteps(builder, cluster)::compute);
        List<ColumnProgram.ColumnSum> columnSums = new ArrayList<>();
        for (Node sum : sums) {
            Expression value = builder.expression("x", sum.inputs().getFirst());
            if (cluster.outputs().contains(sum.output(0))) {
                columnSums.add(new ColumnProgram.ColumnSum(value, builder.writeBuffer(sum.output(0)), false));
            }
            for (Node node : cluster.nodes()) {
                if (node.op() instanceof AccumulateState accumulate
                        && StepBuilder.isFrom(node.inputs().getFirst(), sum)) {
                    int buffer = builder.updateBuffer(
                            accumulate.state(), node.inputs().getFirst().type());
                    columnSums.add(new ColumnProgram.ColumnSum(value, buffer, true));
                }
            }
        }
        return builder.bind(
                cluster,
                new ColumnProgram(
                        builder.space(), first.axes().size(), builder.buffers(), builder.steps(), columnSums));
    }

    private static BoundLaunch product(Scheduled scheduled, Cluster cluster) {
        Node node = cluster.head();
        MatMul matMul = (MatMul) node.op();
        Shape left = node.inputs().get(0).shape();
        Shape shape = node.types().getFirst().shape();
        boolean linear =
                matMul.isLinear(node.inputs().stream().map(Tensor::type).toList());
        int batch = linear ? 1 : Math.toIntExact(shape.sub(0, shape.rank() - 2).elements());
        StepBuilder builder = new StepBuilder(scheduled, shape);
        builder.readBuffer(node.inputs().get(0));
        int right = builder.readBuffer(node.inputs().get(1));
        if (right == 0) { // x x^T: both operands are one buffer, which the kernel sees twice
            builder.duplicate(0);
        }
        builder.define(node.output(0), MatrixProduct.PRODUCT);
        cluster.nodes().stream().skip(1).forEach(new NodeSteps(builder, cluster)::compute);
        cluster.outputs().forEach(builder::store);
        return builder.bind(
                cluster,
                new MatrixProduct(
                        batch,
                        Math.toIntExact(shape.rows() / batch),
                        shape.last().size(),
                        left.size(matMul.transposeLeft() ? -2 : -1),
                        matMul.transposeLeft(),
                        matMul.transposeRight(),
                        builder.buffers(),
                        builder.space(),
                        builder.steps()));
    }

    private static BoundLaunch gather(Scheduled scheduled, Cluster cluster) {
        Node node = cluster.head();
        Shape table = node.inputs().get(0).shape();
        StepBuilder builder = new StepBuilder(scheduled, node.types().getFirst().shape());
        node.inputs().forEach(builder::readBuffer);
        builder.writeBuffer(node.output(0));
        int count = Math.toIntExact(node.inputs().get(1).shape().elements());
        return builder.bind(cluster, new Gather(table.size(0), table.size(1), count, builder.buffers()));
    }

    private static BoundLaunch scatter(Scheduled scheduled, Cluster cluster) {
        Node node = cluster.head();
        Shape table = node.types().getFirst().shape();
        StepBuilder builder = new StepBuilder(scheduled, table);
        node.inputs().forEach(builder::readBuffer);
        boolean accumulate = cluster.nodes().size() > 1;
        if (accumulate && !cluster.outputs().isEmpty()) {
            throw new AssertionError("a scatter goes into state or into a tensor, not both: " + cluster);
        }
        if (accumulate) {
            AccumulateState state = (AccumulateState) cluster.nodes().get(1).op();
            builder.updateBuffer(state.state(), node.types().getFirst());
        } else {
            builder.writeBuffer(node.output(0));
        }
        int count = Math.toIntExact(node.inputs().get(0).shape().elements());
        return builder.bind(cluster, new Scatter(table.size(0), table.size(1), count, accumulate, builder.buffers()));
    }

    private static BoundLaunch attention(Scheduled scheduled, Cluster cluster) {
        Node node = cluster.head();
        Shape query = node.inputs().get(0).shape();
        Shape key = node.inputs().get(1).shape();
        StepBuilder builder = new StepBuilder(scheduled, query);
        node.inputs().forEach(builder::appendRead);
        // the output's cast stands behind the statistic that attention makes with the output
        cluster.outputs().stream()
                .sorted(Comparator.comparing(
                        output -> output.index() > 0 && output.node().op() instanceof Attention))
                .forEach(builder::appendWrite);
        return switch (node.op()) {
            case Attention op ->
                builder.bind(
                        cluster,
                        launch(
                                AttentionLaunch.Kind.FORWARD,
                                query,
                                key,
                                op.window(),
                                node.inputs().size() == 4,
                                op.scale(),
                                builder));
            case AttentionBackward op ->
                builder.bind(
                        cluster,
                        launch(
                                AttentionLaunch.Kind.BACKWARD,
                                query,
                                key,
                                op.window(),
                                node.inputs().size() == 7,
                                op.scale(),
                                builder));
            case CachedAttention op ->
                builder.bind(
                        cluster,
                        launch(AttentionLaunch.Kind.CACHED, query, key, op.window(), false, op.scale(), builder));
            default -> throw new AssertionError("not an attention: " + node);
        };
    }

    private static AttentionLaunch launch(
            AttentionLaunch.Kind kind,
            Shape query,
            Shape key,
            int window,
            boolean starts,
            float scale,
            StepBuilder builder) {
        return new AttentionLaunch(
                kind,
                query.size(0),
                query.size(1),
                key.size(1),
                query.size(2),
                key.size(2),
                query.size(3),
                window,
                starts,
                scale,
                builder.buffers());
    }
}
