package dev.quipu.compiler.reference;

import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.MatMul;

/** Matrix products. */
final class ReferenceMatrix {
    private ReferenceMatrix() {}

    static Array product(MatMul op, Array left, Array right, Type type) {
        Shape leftShape = left.type().shape();
        int rows = type.shape().size(-2);
        int columns = type.shape().size(-1);
        int depth = leftShape.size(op.transposeLeft() ? -2 : -1);
        double[] a = op.transposeLeft() ? transposed(left) : left.values();
        Array factor = rounded(left, right);
        double[] b = op.transposeRight() ? transposed(factor) : factor.values();
        boolean shared = right.type().shape().rank() == 2;
        Array product = Array.zeros(type);
        int matrices = product.size() / (rows * columns);
        for (int m = 0; m < matrices; m++) {
            for (int row = 0; row < rows; row++) {
                int place = (m * rows + row) * columns;
                int leftPlace = (m * rows + row) * depth;
                int rightPlace = shared ? 0 : m * depth * columns;
                addRow(a, leftPlace, depth, b, rightPlace, product.values(), place, columns);
            }
        }
        return product;
    }

    /** The right matrix as it is multiplied: what is widened of int8 is rounded where the left is. */
    private static Array rounded(Array left, Array right) {
        boolean rounds = left.type().dtype() == DType.BF16 && right.type().dtype() == DType.INT8;
        return rounds ? Array.of(right.type(), i -> BFloat16.round((float) right.get(i))) : right;
    }

    /** {@code out[place ..] += a[leftPlace ..] * b}, b depth x columns from rightPlace. */
    private static void addRow(
            double[] a, int leftPlace, int depth, double[] b, int rightPlace, double[] out, int place, int columns) {
        for (int k = 0; k < depth; k++) {
            double factor = a[leftPlace + k];
            int bRow = rightPlace + k * columns;
            for (int column = 0; column < columns; column++) {
                out[place + column] += factor * b[bRow + column];
            }
        }
    }

    /** The last two axes swapped. */
    private static double[] transposed(Array x) {
        int rows = x.type().shape().size(-2);
        int columns = x.type().shape().size(-1);
        double[] swapped = new double[x.size()];
        for (int start = 0; start < x.size(); start += rows * columns) {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    swapped[start + column * rows + row] = x.get(start + row * columns + column);
                }
            }
        }
        return swapped;
    }
}
