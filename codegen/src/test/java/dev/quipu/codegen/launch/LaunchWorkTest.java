package dev.quipu.codegen.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What launches must do: formulas for the kinds, and a count of every element that steps touch. */
class LaunchWorkTest {
    private static final Dim B = new Dim("batch", 2);
    private static final Dim T = new Dim("sequence", 7);
    private static final Dim H = new Dim("head", 4);
    private static final Dim D = new Dim("size", 6);
    private static final Dim I = new Dim("inner", 5);
    private static final Dim J = new Dim("outer", 3);

    record Row(String name, Supplier<Tensor> result, long flops, long read, long written) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row(
                        "product",
                        () -> x().matmul(input("w", I, J)),
                        2 * 14 * 5 * 3,
                        4 * (14 * 5 + 5 * 3),
                        4 * 14 * 3),
                new Row(
                        "product with a residual and an activation",
                        () -> x().matmul(input("w", I, J)).silu().plus(input("r", B, T, J)),
                        2 * 14 * 5 * 3 + 14 * 3 + 14 * 3,
                        4 * (14 * 5 + 5 * 3 + 14 * 3),
                        4 * 14 * 3),
                new Row("product with itself", LaunchWorkTest::square, 2 * 5 * 5 * 5, 4 * 25, 4 * 25),
                new Row("activation", () -> x().silu(), 14 * 5, 4 * 14 * 5, 4 * 14 * 5),
                new Row("weight for every row", () -> x().times(input("w", I)), 14 * 5, 4 * (14 * 5 + 5), 4 * 14 * 5),
                new Row("part of a tensor", () -> x().slice(1, 2, 3), 0, 4 * 2 * 3 * 5, 4 * 2 * 3 * 5),
                new Row(
                        "parts side by side",
                        () -> Tensor.concat(2, x(), input("z", B, T, J)),
                        0,
                        4 * 14 * (5 + 3),
                        4 * 14 * (5 + 3)),
                new Row("sum over rows", () -> x().sum(0, 1), 14 * 5, 4 * 14 * 5, 4 * 5),
                new Row("lookup in a large table", () -> lookup(100), 0, 4 * 14 * 5 + 4 * 14, 4 * 14 * 5),
                new Row("lookup in a small table", () -> lookup(4), 0, 4 * 4 * 5 + 4 * 14, 4 * 14 * 5),
                new Row(
                        "attention",
                        () -> attention(0),
                        4 * (7 * 8 / 2) * 2 * 4 * 6,
                        4 * (7 * 2 * 4 * 6 + 2 * 7 * 2 * 2 * 6),
                        4 * (7 * 2 * 4 * 6)),
                new Row(
                        "attention with a window",
                        () -> attention(3),
                        4 * (1 + 2 + 3 * 5) * 2 * 4 * 6,
                        4 * (7 * 2 * 4 * 6 + 2 * 7 * 2 * 2 * 6),
                        4 * (7 * 2 * 4 * 6)));
    }

    private static Tensor input(String name, Dim... dims) {
        return Tensor.input(name, Type.f32(dims));
    }

    private static Tensor x() {
        return input("x", B, T, I);
    }

    private static Tensor square() {
        Tensor x = input("x", new Dim("row", 5), I);
        return x.matmul(x);
    }

    private static Tensor lookup(int rows) {
        return input("table", new Dim("vocabulary", rows), I).lookup(Tensor.input("ids", Type.i32(B, T)));
    }

    private static Tensor attention(int window) {
        Dim keyHeads = new Dim("keyHead", 2);
        return input("q", B, T, H, D).attention(input("k", B, T, keyHeads, D), input("v", B, T, keyHeads, D), window);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void kinds(Row row) {
        Graph graph = Simplify.of(Graph.of("one", Map.of("y", row.result().get()), List.of()));
        LaunchWork all = Launches.of(Scheduled.of(graph, Clustering.of(graph))).stream()
                .map(LaunchWork::of)
                .reduce(LaunchWork.NONE, LaunchWork::plus);
        assertEquals(new LaunchWork(row.flops(), row.read(), row.written()), all);
    }

    @Test
    void productsOfBf16AreCountedApart() {
        Tensor product =
                x().cast(DType.BF16).matmul(input("w", I, J).cast(DType.BF16)).silu();
        Graph graph = Simplify.of(Graph.of("rounded", Map.of("y", product), List.of()));
        LaunchWork last = LaunchWork.of(
                Launches.of(Scheduled.of(graph, Clustering.of(graph))).getLast());
        assertEquals(new LaunchWork(2 * 14 * 5 * 3 + 14 * 3, 2 * 14 * 5 * 3, 2 * (14 * 5 + 5 * 3), 4 * 14 * 3), last);
    }

    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomGraphs(long seed) {
        Graph graph = Simplify.of(RandomGraph.of(seed));
        check(Scheduled.of(graph, Clustering.of(graph)));
    }

    @ParameterizedTest
    @EnumSource
    void smallModels(SmallModels family) {
        Compiler compiler = new Compiler(false);
        check(compiler.gradient(family.model(), 2, 7).scheduled());
        check(compiler.update(family.model(), AdamW.LLAMA).scheduled());
        check(compiler.incremental(family.model(), 2, 4, 11).scheduled());
    }

    /** Against a count of the elements that steps show, one by one. */
    private static void check(Scheduled scheduled) {
        for (BoundLaunch bound : Launches.of(scheduled)) {
            if (bound.launch() instanceof RowProgram rows) {
                Touched touched = new Touched(bound, rows);
                LaunchWork work = LaunchWork.of(bound);
                assertEquals(touched.bytes(touched.read), work.bytesRead(), () -> "read by " + rows);
                assertEquals(touched.bytes(touched.written), work.bytesWritten(), () -> "written by " + rows);
            }
        }
    }

    /** Elements that a row program reads and writes. */
    private static final class Touched {
        private final BoundLaunch bound;
        private final Space space;
        private final Map<Place, Set<Long>> read = new HashMap<>();
        private final Map<Place, Set<Long>> written = new HashMap<>();

        Touched(BoundLaunch bound, RowProgram program) {
            this.bound = bound;
            this.space = program.space();
            for (Step step : program.steps()) {
                if (step instanceof Step.Load load) {
                    touch(read, load.access());
                } else if (step instanceof Step.Store store) {
                    touch(written, store.access());
                    if (store.accumulate()) {
                        touch(read, store.access());
                    }
                }
            }
        }

        private void touch(Map<Place, Set<Long>> touched, Access access) {
            if (access.isMoved()) {
                LongStream.range(0, space.outer().get(Access.SEQUENCES))
                        .forEach(of(read, access.positionBuffer())::add);
            }
            Set<Long> elements = of(touched, access.buffer());
            for (long row = 0; row < space.rows(); row++) {
                long element = access.offset();
                long rest = row;
                for (int i = space.outer().size() - 1; i >= 0; i--) {
                    element += rest % space.outer().get(i) * access.rowStrides().get(i);
                    rest /= space.outer().get(i);
                }
                for (int column = 0; column < space.width(); column++) {
                    elements.add(element + column * access.columnStride());
                }
            }
        }

        private Set<Long> of(Map<Place, Set<Long>> touched, int buffer) {
            return touched.computeIfAbsent(bound.places().get(buffer), place -> new HashSet<>());
        }

        long bytes(Map<Place, Set<Long>> touched) {
            long bytes = 0;
            for (int i = 0; i < bound.places().size(); i++) {
                Set<Long> elements = touched.getOrDefault(bound.places().get(i), Set.of());
                bytes += (long) elements.size()
                        * bound.launch().buffers().get(i).dtype().bytes();
            }
            return bytes;
        }
    }
}
