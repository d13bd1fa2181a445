package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Elements.at;
import static dev.quipu.runtime.op.Elements.each;
import static dev.quipu.runtime.op.Values.cycle;
import static dev.quipu.runtime.op.Values.normal;

import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.dsl.op.RopeTable;
import java.util.ArrayList;
import java.util.List;

/** Ops that depend on positions: rotation, and the cache of keys and values. */
final class CachedRows {
    private CachedRows() {}

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        rows.add(ropeTable(1e4, 37, 16));
        rows.add(ropeTable(5e5, 130, 20));
        rows.add(ropeTable(1e4, 1, 2));
        rows.add(scaledRopeTable());
        rows.addAll(ropes());
        rows.add(cacheWrite("at the start", 19, 4, 0, 0));
        rows.add(cacheWrite("one row", 19, 1, 7, 0));
        rows.add(cacheWrite("to the end", 19, 4, 15, 3));
        rows.add(cacheWrite("past the end", 19, 16, 11, 2));
        rows.add(cacheWrite("beyond the end", 19, 4, 1, 40));
        rows.add(cachedAttention("first chunk", 16, 37, 0, 0, 4, 2, 16, 0));
        rows.add(cachedAttention("one query", 1, 37, 20, 3, 4, 1, 16, 0));
        rows.add(cachedAttention("last query", 1, 130, 129, 0, 2, 2, 64, 0));
        rows.add(cachedAttention("later chunk", 7, 130, 50, 123, 2, 1, 128, 0));
        rows.add(cachedAttention("window", 7, 37, 12, 25, 4, 2, 20, 5));
        rows.add(cachedAttention("window of a whole cache", 1, 37, 30, 36, 1, 1, 4, 37));
        return rows;
    }

    private static OpRow ropeTable(double theta, int length, int width) {
        String gives = "position=" + length + " angle=" + width;
        return OpRow.of(length + " of " + width + ", theta " + theta, new RopeTable(theta, length, width))
                .gives(gives)
                .like(each(gives, (in, i) -> {
                    int frequency = i[1] % (width / 2);
                    double angle = i[0] / Math.exp(2.0 * frequency / width * Math.log(theta));
                    return i[1] < width / 2 ? Math.cos(angle) : Math.sin(angle);
                }));
    }

    /** Llama 3.1's, as told by wavelengths. */
    private static OpRow scaledRopeTable() {
        String gives = "position=37 angle=32";
        return OpRow.of("scaled as in Llama 3.1", new RopeTable(5e5, 37, 32, new RopeScaling(8, 1, 4, 8192)))
                .gives(gives)
                .like(each(gives, (in, i) -> {
                    double wave = 2 * Math.PI * Math.exp(2.0 * (i[1] % 16) / 32 * Math.log(5e5));
                    double smooth = Math.clamp((8192 / wave - 1) / 3, 0, 1);
                    double angle = i[0] * 2 * Math.PI / wave * ((1 - smooth) / 8 + smooth);
                    return i[1] < 16 ? Math.cos(angle) : Math.sin(angle);
                }));
    }

    private static List<OpRow> ropes() {
        return List.of(
                rope("from 0", 2, 37, 3, 16, false),
                rope("inverse from 0", 2, 37, 3, 16, true),
                rope("one position", 1, 1, 2, 4, false),
                rope("head size 20", 1, 7, 3, 20, false),
                rope("head size 128", 1, 130, 1, 128, false),
                ropeAt("chunk from 5", 7, 3, 16, 5, 0, false),
                ropeAt("chunk past the last angle", 7, 2, 16, 34, 2, false),
                ropeAt("inverse chunk from 30", 7, 2, 20, 30, 11, true),
                ropeAt("one position at 36", 1, 4, 48, 36, 17, false));
    }

    private static OpRow rope(String name, int batch, int length, int heads, int width, boolean inverse) {
        String type = "batch=" + batch + " sequence=" + length + " head=" + heads + " size=" + width;
        return OpRow.of(name, Rope.class, in -> Tensor.apply(new Rope(inverse), in[0], table(length, width)))
                .input("x", type, normal(1))
                .gives(type)
                .like(each(type, rotation(width, new int[batch], length, inverse)));
    }

    private static OpRow ropeAt(
            String name, int length, int heads, int width, int position, int second, boolean inverse) {
        String type = "batch=2 sequence=" + length + " head=" + heads + " size=" + width;
        return OpRow.of(name, Rope.class, in -> Tensor.apply(new Rope(inverse), in[0], table(37, width), in[1]))
                .input("x", type, normal(1))
                .input("position", "i32 batch=2", cycle(position, second))
                .gives(type)
                .like(each(type, rotation(width, new int[] {position, second}, 37, inverse)));
    }

    private static Tensor table(int length, int width) {
        return Tensor.apply(new RopeTable(1e4, length, width)).output(0);
    }

    /** Multiplication of x[i] + j x[i + h] by exp(j angle); rows past the last angle take the last. */
    private static Elements.Rule rotation(int width, int[] positions, int angles, boolean inverse) {
        int half = width / 2;
        return (in, i) -> {
            int pair = i[3] % half;
            double angle = (inverse ? -1 : 1)
                    * Math.min(angles - 1, positions[i[0]] + i[1])
                    / Math.pow(1e4, 2.0 * pair / width);
            double real = at(in.getFirst(), i[0], i[1], i[2], pair);
            double imaginary = at(in.getFirst(), i[0], i[1], i[2], pair + half);
            double length = Math.hypot(real, imaginary);
            double turned = Math.atan2(imaginary, real) + angle;
            return length * (i[3] < half ? Math.cos(turned) : Math.sin(turned));
        };
    }

    private static OpRow cacheWrite(String name, int capacity, int length, int position, int second) {
        String cache = "batch=2 position=" + capacity + " group=2 size=20";
        return OpRow.of(name, new CacheWrite("cache"))
                .state("cache", cache, normal(1))
                .input("rows", "batch=2 sequence=" + length + " group=2 size=20", normal(1))
                .input("position", "i32 batch=2", cycle(position, second))
                .gives(cache)
                .like(each(cache, (in, i) -> {
                    int row = i[1] - (i[0] == 0 ? position : second);
                    return row < 0 || row >= length ? at(in.get(0), i) : at(in.get(1), Elements.with(i, 1, row));
                }))
                .within(Accuracy.EXACT);
    }

    private static OpRow cachedAttention(
            String name,
            int queries,
            int keys,
            int position,
            int second,
            int heads,
            int groups,
            int width,
            int window) {
        float scale = (float) (1 / Math.sqrt(width));
        String type = "batch=2 sequence=" + queries + " head=" + heads + " size=" + width;
        String cache = "batch=2 position=" + keys + " group=" + groups + " size=" + width;
        NaiveAttention naive = new NaiveAttention(window, scale, position, second);
        return OpRow.of(name, new CachedAttention(window, scale))
                .input("q", type, normal(1))
                .state("k", cache, normal(1))
                .state("v", cache, normal(1))
                .input("position", "i32 batch=2", cycle(position, second))
                .gives(type)
                .like(in -> naive.forward(in.get(0), in.get(1), in.get(2)).subList(0, 1));
    }
}
