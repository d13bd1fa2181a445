package dev.quipu.runtime.op;

import static dev.quipu.runtime.op.Elements.at;
import static dev.quipu.runtime.op.Elements.each;
import static dev.quipu.runtime.op.Values.cycle;
import static dev.quipu.runtime.op.Values.integers;
import static dev.quipu.runtime.op.Values.normal;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.EmbeddingBackward;
import dev.quipu.dsl.op.MatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Matrix products, and tables looked up by ids. */
final class MatrixRows {
    private static final int[][] SIZES = {
        {1, 1, 1},
        {1, 64, 33},
        {7, 5, 3},
        {16, 16, 16},
        {37, 19, 1},
        {37, 1, 23},
        {12, 64, 32},
        {24, 32, 64},
        {13, 67, 33},
        {130, 48, 97},
        {5, 1031, 7},
        {97, 300, 259}
    };

    private MatrixRows() {}

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        for (int[] size : SIZES) {
            rows.add(product("", size, false, false));
            rows.add(product("", size, false, true));
            rows.add(product("", size, true, false));
        }
        rows.add(product("", new int[] {13, 67, 33}, true, true));
        for (int transposes = 0; transposes < 4; transposes++) {
            rows.add(product("batch=2 head=3 ", new int[] {17, 20, 11}, transposes % 2 == 1, transposes >= 2));
        }
        rows.add(linear("batch=2 sequence=7 ", 20, 33));
        rows.add(linear("batch=2 sequence=37 ", 48, 16));
        rows.add(linear("batch=3 sequence=1 ", 64, 97));
        rows.add(linear("batch=1 sequence=5 head=3 ", 16, 4));
        rows.add(embedding("repeated ids", 11, 20, cycle(3, 3, 10, 0, 3)));
        rows.add(embedding("one column", 11, 1, integers(0, 11)));
        rows.add(embedding("many columns", 97, 130, integers(0, 97)));
        rows.add(embedding("one row", 1, 16, cycle(0)));
        rows.add(embeddingBackward("repeated ids", 11, 20, cycle(3, 3, 10, 0, 3)));
        rows.add(embeddingBackward("more rows than ids", 97, 37, integers(0, 97)));
        return rows;
    }

    private static OpRow product(String leading, int[] size, boolean transposeLeft, boolean transposeRight) {
        String left = transposeLeft ? "depth=" + size[1] + " row=" + size[0] : "row=" + size[0] + " depth=" + size[1];
        String right =
                transposeRight ? "column=" + size[2] + " depth=" + size[1] : "depth=" + size[1] + " column=" + size[2];
        String gives = leading + "row=" + size[0] + " column=" + size[2];
        String name = leading + size[0] + "x" + size[1] + (transposeLeft ? " transposed" : "") + " by " + size[1] + "x"
                + size[2] + (transposeRight ? " transposed" : "");
        return OpRow.of(name, new MatMul(transposeLeft, transposeRight))
                .input("left", leading + left, normal(1))
                .input("right", leading + right, normal(1))
                .gives(gives)
                .like(each(
                        gives,
                        (in, i) -> IntStream.range(0, size[1])
                                .mapToDouble(k -> matrix(in.get(0), transposeLeft, i, i[i.length - 2], k)
                                        * matrix(in.get(1), transposeRight, i, k, i[i.length - 1]))
                                .sum()));
    }

    private static double matrix(Array array, boolean transposed, int[] index, int row, int column) {
        int[] place = index.clone();
        place[index.length - 2] = transposed ? column : row;
        place[index.length - 1] = transposed ? row : column;
        return at(array, place);
    }

    /** One right matrix, stored transposed, for all leading dimensions. */
    private static OpRow linear(String leading, int in, int out) {
        String gives = leading + "out=" + out;
        return OpRow.of(leading + in + " to " + out, new MatMul(false, true))
                .input("x", leading + "in=" + in, normal(1))
                .input("weight", "out=" + out + " in=" + in, normal(1))
                .gives(gives)
                .like(each(
                        gives,
                        (leaves, i) -> IntStream.range(0, in)
                                .mapToDouble(k -> at(leaves.get(0), Elements.with(i, -1, k))
                                        * at(leaves.get(1), i[i.length - 1], k))
                                .sum()));
    }

    private static OpRow embedding(String name, int vocabulary, int width, Values ids) {
        String gives = "batch=2 sequence=7 channel=" + width;
        return OpRow.of(name, new Embedding())
                .input("table", "vocabulary=" + vocabulary + " channel=" + width, normal(1))
                .input("ids", "i32 batch=2 sequence=7", ids)
                .gives(gives)
                .like(each(gives, (in, i) -> at(in.get(0), (int) at(in.get(1), i[0], i[1]), i[2])))
                .within(Accuracy.EXACT);
    }

    private static OpRow embeddingBackward(String name, int vocabulary, int width, Values ids) {
        String gives = "vocabulary=" + vocabulary + " channel=" + width;
        return OpRow.of(name, new EmbeddingBackward(new Dim("vocabulary", vocabulary)))
                .input("ids", "i32 batch=2 sequence=7", ids)
                .input("gradient", "batch=2 sequence=7 channel=" + width, normal(1))
                .gives(gives)
                .like(each(
                        gives,
                        (in, i) -> IntStream.range(0, in.get(0).size())
                                .filter(place -> in.get(0).get(place) == i[0])
                                .mapToDouble(place -> in.get(1).get(place * width + i[1]))
                                .sum()));
    }
}
