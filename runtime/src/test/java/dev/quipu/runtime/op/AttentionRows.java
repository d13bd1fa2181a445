package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Values.around;
import static dev.quipu.runtime.op.Values.normal;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import java.util.ArrayList;
import java.util.List;

/** Attention over head sizes, lengths, groups and windows, and over a cache. */
final class AttentionRows {
    private AttentionRows() {}

    /** Batch, queries, query heads, key heads, head size, window. */
    private record Case(int batch, int length, int heads, int groups, int width, int window) {
        String queries() {
            return "batch=" + batch + " sequence=" + length + " head=" + heads + " size=" + width;
        }

        String keys() {
            return "batch=" + batch + " sequence=" + length + " group=" + groups + " size=" + width;
        }

        String starts() {
            return "i32 batch=" + batch + " sequence=" + length;
        }

        String statistic() {
            return "batch=" + batch + " head=" + heads + " sequence=" + length;
        }

        float scale() {
            return (float) (1 / Math.sqrt(width));
        }

        String title() {
            return batch + " x " + length + ", " + heads + ":" + groups + " heads of " + width
                    + (window == 0 ? "" : ", window " + window);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(1, 1, 1, 1, 4, 0),
            new Case(2, 7, 2, 1, 4, 0),
            new Case(1, 7, 4, 4, 16, 0),
            new Case(2, 37, 4, 2, 16, 0),
            new Case(1, 37, 4, 1, 20, 0),
            new Case(1, 37, 2, 2, 48, 0),
            new Case(1, 130, 4, 2, 64, 0),
            new Case(1, 130, 1, 1, 128, 0),
            new Case(2, 64, 2, 1, 64, 0),
            new Case(1, 7, 1, 1, 4, 1),
            new Case(1, 37, 2, 2, 16, 5),
            new Case(2, 37, 4, 1, 16, 16),
            new Case(1, 130, 2, 1, 20, 33),
            new Case(1, 37, 2, 1, 16, 100));

    /** Rows that several documents share. */
    private static final List<Case> SHARED =
            List.of(new Case(2, 37, 4, 2, 16, 0), new Case(1, 130, 2, 1, 20, 33), new Case(1, 70, 4, 4, 16, 0));

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        for (Case size : CASES) {
            rows.add(attention(size, "", normal(1), normal(1)));
            rows.add(backward(size));
        }
        for (Case size : SHARED) {
            for (int length : new int[] {2, 5, 20}) {
                rows.add(separate(size, length));
                rows.add(separateBackward(size, length));
            }
        }
        rows.add(attention(CASES.get(3), " with scores of hundreds", normal(12), normal(12))
                .stepping(1e-6)
                .within(new Accuracy(1e-4, 1)));
        rows.add(attention(CASES.get(3), " of 1e4 and 1e-4", normal(1e4), normal(1e-4)));
        rows.add(attention(CASES.get(3), " tiny", around(1e-30), around(1e-30)));
        return rows;
    }

    private static OpRow attention(Case size, String range, Values queries, Values keys) {
        NaiveAttention naive = new NaiveAttention(size.window(), size.scale(), 0);
        return OpRow.of(size.title() + range, new Attention(size.window(), size.scale()))
                .input("q", size.queries(), queries)
                .input("k", size.keys(), keys)
                .input("v", size.keys(), normal(1))
                .gives(size.queries(), size.statistic())
                .like(in -> naive.forward(in.get(0), in.get(1), in.get(2)));
    }

    /** Documents of a length, the last one cut off at the end of the row. */
    private static Values starts(Case size, int length) {
        return (place, random) -> place % size.length() / length * length;
    }

    private static String title(Case size, int length) {
        return size.title() + ", documents of " + length;
    }

    private static OpRow separate(Case size, int length) {
        NaiveAttention naive = new NaiveAttention(size.window(), size.scale(), 0);
        return OpRow.of(title(size, length), new Attention(size.window(), size.scale()))
                .input("q", size.queries(), normal(1))
                .input("k", size.keys(), normal(1))
                .input("v", size.keys(), normal(1))
                .input("starts", size.starts(), starts(size, length))
                .gives(size.queries(), size.statistic())
                .like(in -> naive.forward(in.get(0), in.get(1), in.get(2), in.get(3)));
    }

    private static OpRow separateBackward(Case size, int length) {
        NaiveAttention naive = new NaiveAttention(size.window(), size.scale(), 0);
        return OpRow.of(title(size, length), AttentionBackward.class, in -> {
                    Node forward = Tensor.apply(new Attention(size.window(), size.scale()), in[0], in[1], in[2], in[4]);
                    AttentionBackward op = new AttentionBackward(size.window(), size.scale());
                    return Tensor.apply(op, in[0], in[1], in[2], forward.output(0), forward.output(1), in[3], in[4]);
                })
                .input("q", size.queries(), normal(1))
                .input("k", size.keys(), normal(1))
                .input("v", size.keys(), normal(1))
                .input("gradient", size.queries(), normal(1))
                .input("starts", size.starts(), starts(size, length))
                .gives(size.queries(), size.keys(), size.keys())
                .like(in -> naive.backward(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4)));
    }

    private static OpRow backward(Case size) {
        NaiveAttention naive = new NaiveAttention(size.window(), size.scale(), 0);
        return OpRow.of(size.title(), AttentionBackward.class, in -> {
                    Node forward = Tensor.apply(new Attention(size.window(), size.scale()), in[0], in[1], in[2]);
                    AttentionBackward op = new AttentionBackward(size.window(), size.scale());
                    return Tensor.apply(op, in[0], in[1], in[2], forward.output(0), forward.output(1), in[3]);
                })
                .input("q", size.queries(), normal(1))
                .input("k", size.keys(), normal(1))
                .input("v", size.keys(), normal(1))
                .input("gradient", size.queries(), normal(1))
                .gives(size.queries(), size.keys(), size.keys())
                .like(in -> naive.backward(in.get(0), in.get(1), in.get(2), in.get(3)));
    }
}
