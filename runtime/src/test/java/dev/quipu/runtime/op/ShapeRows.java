package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Elements.at;
import static dev.quipu.runtime.op.Elements.each;
import static dev.quipu.runtime.op.Elements.with;
import static dev.quipu.runtime.op.Values.cycle;
import static dev.quipu.runtime.op.Values.integers;
import static dev.quipu.runtime.op.Values.normal;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ops that move, repeat, add up or convert elements. */
final class ShapeRows {
    private static final String CUBE = "batch=3 row=5 channel=20";

    private ShapeRows() {}

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        rows.addAll(List.of(
                reshape("batch=3 row=5 channel=20", "batch*row=15 channel=20"),
                reshape("row=6 channel=20", "row=6 head=4 size=5"),
                reshape("i32 batch=3 sequence=7", "i32 batch*sequence=21"),
                reshape("one=1", "a=1 b=1 c=1"),
                transpose("row=37 channel=19", "channel=19 row=37", 1, 0),
                transpose("row=64 channel=48", "channel=48 row=64", 1, 0),
                transpose("batch=2 sequence=7 head=3 size=5", "batch=2 head=3 sequence=7 size=5", 0, 2, 1, 3),
                transpose("batch=2 sequence=7 head=3 size=16", "batch=2 head=3 size=16 sequence=7", 0, 2, 3, 1),
                transpose("batch=2 row=3 channel=5", "channel=5 batch=2 row=3", 2, 0, 1),
                transpose("batch=2 row=3 channel=5", "batch=2 row=3 channel=5", 0, 1, 2),
                transpose("i32 batch=2 sequence=7", "i32 sequence=7 batch=2", 1, 0),
                slice(CUBE, "batch=3 row=5 channel=7", 2, 13),
                slice(CUBE, "batch=3 row=1 channel=20", 1, 4),
                slice(CUBE, "batch=2 row=5 channel=20", 0, 1),
                slice("i32 batch=2 sequence=9", "i32 batch=2 sequence=8", 1, 1),
                pad(CUBE, "batch=3 row=5 channel=37", 2, 16, 1),
                pad(CUBE, "batch=3 row=9 channel=20", 1, 1, 3),
                pad(CUBE, "batch=4 row=5 channel=20", 0, 0, 1),
                concat("batch=3 row=5 channel=40", 2, CUBE, CUBE),
                concat("batch=3 row=5 channel=28", 2, "batch=3 row=5 channel=7", CUBE, "batch=3 row=5 channel=1"),
                concat("batch=3 row=7 channel=20", 1, CUBE, "batch=3 row=2 channel=20"),
                concat("batch=4 row=5 channel=20", 0, "batch=1 row=5 channel=20", CUBE),
                concat("i32 batch=2 sequence=5", 1, "i32 batch=2 sequence=2", "i32 batch=2 sequence=3")));
        rows.addAll(sums());
        rows.addAll(List.of(
                broadcast("channel=20", CUBE),
                broadcast("row=5 one=1", CUBE),
                broadcast("batch=3 one=1 another=1", CUBE),
                broadcast("one=1", "row=7 channel=33")));
        rows.addAll(casts());
        return rows;
    }

    private static OpRow reshape(String from, String to) {
        return moving(from + " as " + to, new Reshape(Leaf.type(to).shape()), from)
                .gives(to)
                .like(in -> List.of(Array.of(Leaf.type(to), in.getFirst().values())));
    }

    private static OpRow moving(String name, Op op, String from) {
        return OpRow.of(name, op)
                .input("x", from, from.startsWith("i32") ? integers(-50, 50) : normal(1))
                .within(Accuracy.EXACT);
    }

    private static OpRow transpose(String from, String to, Integer... axes) {
        return moving(from + " by " + Arrays.toString(axes), new Transpose(List.of(axes)), from)
                .gives(to)
                .like(each(to, (in, i) -> {
                    int[] source = new int[axes.length];
                    for (int axis = 0; axis < axes.length; axis++) {
                        source[axes[axis]] = i[axis];
                    }
                    return at(in.getFirst(), source);
                }));
    }

    private static OpRow slice(String from, String to, int axis, int start) {
        int length = Leaf.type(to).shape().size(axis);
        return moving("axis " + axis + " of " + from + " from " + start, new Slice(axis, start, length), from)
                .gives(to)
                .like(each(to, (in, i) -> at(in.getFirst(), with(i, axis, i[axis] + start))));
    }

    private static OpRow pad(String from, String to, int axis, int before, int after) {
        int length = Leaf.type(from).shape().size(axis);
        return moving(
                        "axis " + axis + " of " + from + " by " + before + ", " + after,
                        new Pad(axis, before, after),
                        from)
                .gives(to)
                .like(each(
                        to,
                        (in, i) -> i[axis] < before || i[axis] >= before + length
                                ? 0
                                : at(in.getFirst(), with(i, axis, i[axis] - before))));
    }

    private static OpRow concat(String to, int axis, String... parts) {
        OpRow row = OpRow.of(String.join(" and ", parts) + " along " + axis, new Concat(axis))
                .gives(to)
                .within(Accuracy.EXACT);
        for (String part : parts) {
            row = row.input("part" + row.leaves().size(), part, part.startsWith("i32") ? integers(0, 9) : normal(1));
        }
        return row.like(each(to, (in, i) -> {
            int part = 0;
            int position = i[axis];
            while (position >= in.get(part).type().shape().size(axis)) {
                position -= in.get(part++).type().shape().size(axis);
            }
            return at(in.get(part), with(i, axis, position));
        }));
    }

    private static List<OpRow> sums() {
        return List.of(
                sum(CUBE, "batch=3 row=5 channel=1", 2),
                sum(CUBE, "batch=3 row=1 channel=20", 1),
                sum(CUBE, "batch=1 row=5 channel=20", 0),
                sum(CUBE, "batch=1 row=1 channel=20", 0, 1),
                sum(CUBE, "batch=1 row=5 channel=1", 0, 2),
                sum(CUBE, "batch=1 row=1 channel=1", 0, 1, 2),
                sum("row=130 channel=37", "row=1 channel=37", 0),
                sum("row=257 channel=16", "row=1 channel=16", 0),
                sum("row=130 channel=257", "row=130 channel=1", 1),
                sum("channel=1031", "channel=1", 0),
                sum("row=7 channel=1", "row=1 channel=1", 0));
    }

    private static OpRow sum(String from, String to, Integer... axes) {
        return OpRow.of(from + " over " + Arrays.toString(axes), new Sum(List.of(axes)))
                .input("x", from, normal(1))
                .gives(to)
                .like(each(to, (in, i) -> sumOver(in.getFirst(), i, List.of(axes))));
    }

    private static double sumOver(Array x, int[] index, List<Integer> axes) {
        if (axes.isEmpty()) {
            return at(x, index);
        }
        double sum = 0;
        for (int i = 0; i < x.type().shape().size(axes.getFirst()); i++) {
            sum += sumOver(x, with(index, axes.getFirst(), i), axes.subList(1, axes.size()));
        }
        return sum;
    }

    private static OpRow broadcast(String from, String to) {
        return moving(from + " to " + to, new Broadcast(Leaf.type(to).shape()), from)
                .gives(to)
                .like(each(to, (in, i) -> at(in.getFirst(), i)));
    }

    private static List<OpRow> casts() {
        return List.of(
                OpRow.of("to i32", new Cast(DType.I32))
                        .input("x", "row=7", cycle(2.9, -2.9, 0.5, -0.5, 1e6, 3e9, -3e9))
                        .gives("i32 row=7")
                        .like(each("i32 row=7", (in, i) -> (int) (float) at(in.getFirst(), i)))
                        .within(Accuracy.EXACT),
                OpRow.of("to f32", new Cast(DType.F32))
                        .input("x", "i32 row=5", cycle(0, -7, 16777217, -16777219, 2147483647))
                        .gives("row=5")
                        .like(each("row=5", (in, i) -> (float) (int) at(in.getFirst(), i)))
                        .within(Accuracy.EXACT),
                OpRow.of("f32 to itself", new Cast(DType.F32))
                        .input("x", "row=5 channel=7", normal(1))
                        .gives("row=5 channel=7")
                        .within(Accuracy.EXACT));
    }
}
