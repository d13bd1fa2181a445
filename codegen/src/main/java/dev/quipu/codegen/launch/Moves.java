package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Row programs of the ops that move elements: each is loads and stores with strides. */
final class Moves {
    private final Scheduled scheduled;
    private final Cluster cluster;
    private final Node node;
    /** What is stored: what the node makes, or its cast. */
    private final Tensor stored;

    private Moves(Scheduled scheduled, Cluster cluster) {
        this.scheduled = scheduled;
        this.cluster = cluster;
        this.node = cluster.head();
        this.stored = cluster.nodes().getLast().output(0);
    }

    static List<BoundLaunch> of(Scheduled scheduled, Cluster cluster) {
        return new Moves(scheduled, cluster).launches();
    }

    private List<BoundLaunch> launches() {
        Tensor input = node.inputs().getFirst();
        Shape output = node.types().getFirst().shape();
        return switch (node.op()) {
            case Rope rope -> List.of(rope(rope.inverse()));
            case Transpose transpose -> {
                long[] strides = input.shape().strides();
                long[] permuted = transpose.permutation().stream()
                        .mapToLong(axis -> strides[axis])
                        .toArray();
                yield List.of(copy(input, output, 0, permuted, 0, output.strides()));
            }
            case Slice slice -> {
                long[] strides = input.shape().strides();
                yield List.of(copy(input, output, slice.start() * strides[slice.axis()], strides, 0, output.strides()));
            }
            case Concat concat -> concat(concat.axis(), output);
            case Pad pad -> pad(pad, input, output);
            case CacheWrite write -> {
                yield List.of(cacheWrite(
                        input.shape(), node.inputs().get(1), node.inputs().get(2)));
            }
            default -> throw new AssertionError("not a move: " + node);
        };
    }

    private List<BoundLaunch> concat(int axis, Shape output) {
        if (output.sub(0, axis).elements() == 1) {
            return pile();
        }
        List<BoundLaunch> launches = new ArrayList<>();
        long offset = 0;
        for (Tensor part : node.inputs()) {
            launches.add(copy(part, part.shape(), 0, part.shape().strides(), offset, output.strides()));
            offset += part.shape().size(axis) * output.strides()[axis];
        }
        return launches;
    }

    /** Parts that lie one behind the other: each is a copy to a place of its own, and equal copies are one kernel. */
    private List<BoundLaunch> pile() {
        List<BoundLaunch> launches = new ArrayList<>();
        Place whole = scheduled.place(stored);
        long offset = 0;
        for (Tensor part : node.inputs()) {
            long[] strides = part.shape().strides();
            List<Step> steps = List.of(
                    new Step.Load("x", access(0, 0, strides)), new Step.Store("x", access(1, 0, strides), false));
            Type type = stored.type().withShape(part.shape());
            Place place = new Place.Part(whole, offset, type.bytes());
            launches.add(bind(
                    part.shape(),
                    List.of(read(part), buffer(type, Buffer.Use.WRITE)),
                    List.of(scheduled.place(part), place),
                    steps));
            offset += type.bytes();
        }
        return launches;
    }

    private List<BoundLaunch> pad(Pad pad, Tensor input, Shape output) {
        List<BoundLaunch> launches = new ArrayList<>();
        long stride = output.strides()[pad.axis()];
        int size = input.shape().size(pad.axis());
        if (pad.before() > 0) {
            launches.add(zeros(output, pad.axis(), pad.before(), 0));
        }
        launches.add(copy(input, input.shape(), 0, input.shape().strides(), pad.before() * stride, output.strides()));
        if (pad.after() > 0) {
            launches.add(zeros(output, pad.axis(), pad.after(), (pad.before() + size) * stride));
        }
        return launches;
    }

    private BoundLaunch zeros(Shape output, int axis, int count, long offset) {
        Shape region = output.with(axis, output.dim(axis).withSize(count));
        List<Step> steps = List.of(
                new Step.Map("zero", new Expression.Literal(0)),
                new Step.Store("zero", access(0, offset, output.strides()), false));
        return bind(region, List.of(write(stored)), List.of(scheduled.place(stored)), steps);
    }

    /** Copies a region from one strided place to another. */
    private BoundLaunch copy(
            Tensor from, Shape region, long fromOffset, long[] fromStrides, long toOffset, long[] toStrides) {
        List<Step> steps = List.of(
                new Step.Load("x", access(0, fromOffset, fromStrides)),
                new Step.Store("x", access(1, toOffset, toStrides), false));
        return bind(
                region,
                List.of(read(from), write(stored)),
                List.of(scheduled.place(from), scheduled.place(stored)),
                steps);
    }

    /** Rows go where the position says; see {@link CacheWrite}. */
    private BoundLaunch cacheWrite(Shape cache, Tensor rows, Tensor position) {
        List<Step> steps = List.of(
                new Step.Load("x", access(0, 0, rows.shape().strides())),
                new Step.Store("x", moved(1, 0, cache.strides(), 2, cache.strides()[1], cache.size(1)), false));
        return bind(
                rows.shape(),
                List.of(read(rows), buffer(stored.type(), Buffer.Use.UPDATE), read(position)),
                List.of(scheduled.place(rows), scheduled.place(stored), scheduled.place(position)),
                steps);
    }

    private static Access access(int buffer, long offset, long[] strides) {
        return new Access(buffer, offset, rowStrides(strides), strides[strides.length - 1]);
    }

    private static Access moved(int buffer, long offset, long[] strides, int position, long stride, int limit) {
        return new Access(buffer, offset, rowStrides(strides), strides[strides.length - 1], position, stride, limit);
    }

    private static List<Long> rowStrides(long[] strides) {
        return Arrays.stream(strides, 0, strides.length - 1).boxed().toList();
    }

    /** The two halves of a head are two loads of one row; see {@link Rope}. */
    private BoundLaunch rope(boolean inverse) {
        Tensor x = node.inputs().get(0);
        Tensor table = node.inputs().get(1);
        int half = x.shape().last().size() / 2;
        Shape region = x.shape().with(-1, new Dim("half", half));
        List<Buffer> buffers = new ArrayList<>(List.of(read(x), read(table), write(stored)));
        List<Place> places =
                new ArrayList<>(List.of(scheduled.place(x), scheduled.place(table), scheduled.place(stored)));
        int position = -1;
        if (node.inputs().size() == 3) {
            position = buffers.size();
            buffers.add(read(node.inputs().get(2)));
            places.add(scheduled.place(node.inputs().get(2)));
        }
        long[] strides = x.shape().strides();
        long[] angles = {0, table.shape().last().size(), 0, 1};
        int length = table.shape().size(0);
        String first = inverse ? "x * c + z * s" : "x * c - z * s";
        String second = inverse ? "z * c - x * s" : "z * c + x * s";
        List<Step> steps = List.of(
                new Step.Load("x", access(0, 0, strides)),
                new Step.Load("z", access(0, half, strides)),
                new Step.Load("c", moved(1, 0, angles, position, angles[1], length)),
                new Step.Load("s", moved(1, half, angles, position, angles[1], length)),
                new Step.Map("first", RowFormulas.parse(first)),
                new Step.Map("second", RowFormulas.parse(second)),
                new Step.Store("first", access(2, 0, strides), false),
                new Step.Store("second", access(2, half, strides), false));
        return bind(region, buffers, places, steps);
    }

    private BoundLaunch bind(Shape region, List<Buffer> buffers, List<Place> places, List<Step> steps) {
        RowProgram program = NarrowRows.widen(new RowProgram(Space.of(region), buffers, steps));
        return new BoundLaunch(program, places, cluster);
    }

    private static Buffer read(Tensor tensor) {
        return buffer(tensor.type(), Buffer.Use.READ);
    }

    private static Buffer write(Tensor tensor) {
        return buffer(tensor.type(), Buffer.Use.WRITE);
    }

    private static Buffer buffer(Type type, Buffer.Use use) {
        return new Buffer(type.dtype(), type.shape().elements(), use);
    }
}
