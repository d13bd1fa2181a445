package dev.quipu.codegen.launch;

import dev.quipu.codegen.launch.ColumnProgram.ColumnSum;
import dev.quipu.compiler.cluster.Costs;
import dev.quipu.dsl.DType;
import java.util.List;

/**
 * What a launch must do at least, whatever kernel does it.
 *
 * @param flops floating-point operations; a fused multiply-add is two, every other operation or function of a formula is one, and
 *     attention has its products alone, without the softmax between them
 * @param roundedFlops those of them that matrix products of bf16 factors are
 * @param bytesRead each element that is read, once; of a table, as many rows as are looked up
 * @param bytesWritten each element that is written, once
 */
public record LaunchWork(long flops, long roundedFlops, long bytesRead, long bytesWritten) {
    /** Nothing to do. */
    public static final LaunchWork NONE = new LaunchWork(0, 0, 0, 0);

    /** Products that attention makes of every pair of a query and a key that it sees: scores and outputs. */
    private static final int FORWARD_PRODUCTS = 2;

    /** Scores again, then the gradients of probabilities, values, keys and queries. */
    private static final int BACKWARD_PRODUCTS = 5;

    public LaunchWork {
        if (roundedFlops < 0 || flops < roundedFlops || bytesRead < 0 || bytesWritten < 0) {
            throw new AssertionError("work of " + flops + ", " + roundedFlops + ", " + bytesRead + ", " + bytesWritten);
        }
    }

    /** Work without products of bf16. */
    public LaunchWork(long flops, long bytesRead, long bytesWritten) {
        this(flops, 0, bytesRead, bytesWritten);
    }

    /** Bytes read and bytes written. */
    public long bytes() {
        return bytesRead + bytesWritten;
    }

    public LaunchWork plus(LaunchWork other) {
        return new LaunchWork(
                flops + other.flops,
                roundedFlops + other.roundedFlops,
                bytesRead + other.bytesRead,
                bytesWritten + other.bytesWritten);
    }

    /**
     * The work of a launch. Positions and the places where documents begin are not known before it runs: a cache is counted as
     * full, and the documents of a row as one.
     */
    public static LaunchWork of(BoundLaunch bound) {
        Traffic traffic = new Traffic(bound);
        long flops = switch (bound.launch()) {
            case RowProgram rows -> {
                traffic.steps(rows.steps(), rows.space());
                yield steps(rows.steps(), rows.space());
            }
            case ColumnProgram columns -> {
                traffic.steps(columns.steps(), columns.space());
                columns.sums().forEach(sum -> traffic.dense(sum.buffer()));
                yield steps(columns.steps(), columns.space()) + sums(columns);
            }
            case MatrixProduct product -> {
                traffic.dense(0);
                traffic.dense(1);
                traffic.steps(product.epilogue(), product.space());
                yield multiplied(product) + steps(product.epilogue(), product.space());
            }
            case AttentionLaunch attention -> {
                traffic.allDense();
                yield attention(attention);
            }
            case Gather gather -> {
                traffic.read(0, Math.min(gather.tableRows(), gather.count()) * gather.storedWidth());
                traffic.dense(1);
                traffic.dense(2);
                yield 0;
            }
            case Scatter scatter -> {
                traffic.dense(0);
                traffic.dense(1);
                long rows = Math.min(scatter.tableRows(), scatter.count()) * (long) scatter.width();
                if (scatter.accumulate()) {
                    traffic.read(2, rows);
                    traffic.write(2, rows);
                } else {
                    traffic.dense(2);
                }
                yield (long) scatter.count() * scatter.width();
            }
        };
        return new LaunchWork(flops, rounded(bound.launch()), traffic.bytesRead(), traffic.bytesWritten());
    }

    private static long rounded(Launch launch) {
        return launch instanceof MatrixProduct product
                        && product.buffers().getFirst().dtype() == DType.BF16
                ? multiplied(product)
                : 0;
    }

    private static long multiplied(MatrixProduct product) {
        return 2L * product.depth() * product.space().elements();
    }

    private static long steps(List<Step> steps, Space space) {
        StepGraph graph = new StepGraph(steps, space.width() == 1);
        long flops = 0;
        for (Step step : steps) {
            flops += switch (step) {
                case Step.Load load -> 0;
                case Step.Map map ->
                    Costs.operations(map.expression())
                            * (graph.isRowValue(map.name()) ? space.rows() : space.elements());
                case Step.Reduce reduce -> (1 + Costs.operations(reduce.expression())) * space.elements();
                case Step.Store store -> store.accumulate() ? store.access().elements(space) : 0;
            };
        }
        return flops;
    }

    private static long sums(ColumnProgram columns) {
        return columns.sums().stream()
                .map(ColumnSum::expression)
                .mapToLong(expression ->
                        (1 + Costs.operations(expression)) * columns.space().elements())
                .sum();
    }

    private static long attention(AttentionLaunch attention) {
        int products = switch (attention.kind()) {
            case FORWARD, CACHED -> FORWARD_PRODUCTS;
            case BACKWARD -> BACKWARD_PRODUCTS;
        };
        long product = 2L * attention.headSize() * attention.heads() * attention.batch();
        return products * product * attention.visiblePairs();
    }
}
