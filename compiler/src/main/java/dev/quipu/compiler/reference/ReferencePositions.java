package dev.quipu.compiler.reference;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeTable;
import java.util.List;

/** Ops that depend on where in the text a row stands. */
final class ReferencePositions {
    private ReferencePositions() {}

    static Array ropeTable(RopeTable op, Type type) {
        int half = op.width() / 2;
        return Array.of(type, i -> {
            int column = i % op.width();
            double angle = op.angle(i / op.width(), column % half);
            return column < half ? Math.cos(angle) : Math.sin(angle);
        });
    }

    /** Rows past the end of the table belong to a masked tail and take its last row. */
    static Array rope(Node node, Rope op, List<Array> inputs, Type type) {
        Array x = inputs.get(0);
        Array table = inputs.get(1);
        int[] first = inputs.size() == 3
                ? positions(node, inputs.get(2))
                : new int[type.shape().size(0)];
        int width = type.shape().last().size();
        int half = width / 2;
        int length = type.shape().size(1);
        int heads = type.shape().size(2);
        int lastRow = table.type().shape().size(0) - 1;
        return Array.of(type, i -> {
            int row = Math.min(lastRow, first[i / width / heads / length] + i / width / heads % length);
            int column = i % width;
            double cosine = table.get(row * width + column % half);
            double sine = table.get(row * width + half + column % half) * (op.inverse() ? -1 : 1);
            return column < half
                    ? x.get(i) * cosine - x.get(i + half) * sine
                    : x.get(i) * cosine + x.get(i - half) * sine;
        });
    }

    static Array cacheWrite(Node node, List<Array> inputs, Type type) {
        Array rows = inputs.get(1);
        Array cache = inputs.get(0).as(type).copy();
        int[] positions = positions(node, inputs.get(2));
        int capacity = type.shape().size(1);
        int length = rows.type().shape().size(1);
        int width = type.shape().size(2) * type.shape().size(3);
        for (int batch = 0; batch < positions.length; batch++) {
            int written = Math.clamp(capacity - positions[batch], 0, length);
            int from = batch * length * width;
            int into = (batch * capacity + Math.min(positions[batch], capacity)) * width;
            System.arraycopy(rows.values(), from, cache.values(), into, written * width);
        }
        return cache;
    }

    static int[] positions(Node node, Array values) {
        int[] positions = new int[values.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (int) values.get(i);
            if (positions[i] < 0) {
                throw QuipuException.of(
                        "a position of 0 or more",
                        Integer.toString(positions[i]),
                        node.op().mnemonic() + " " + node.site(),
                        "");
            }
        }
        return positions;
    }
}
