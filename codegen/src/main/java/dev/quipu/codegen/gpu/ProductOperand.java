package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.MatrixProduct;

/**
 * An operand of a product as a batch of vectors along the depth: rows of the left matrix, columns of the right one.
 *
 * @param name left or right
 * @param buffer number of the buffer
 * @param vectors how many there are in a matrix
 * @param depth elements of a vector
 * @param contiguous whether a vector's elements are neighbours in memory; else equal elements of the vectors are
 */
record ProductOperand(String name, int buffer, int vectors, int depth, boolean contiguous) {
    static ProductOperand left(MatrixProduct product) {
        return new ProductOperand("left", 0, product.rows(), product.depth(), !product.transposeLeft());
    }

    static ProductOperand right(MatrixProduct product) {
        return new ProductOperand("right", 1, product.columns(), product.depth(), product.transposeRight());
    }

    /** The number of an element in its buffer. */
    Value place(Value batch, Value vector, Value step) {
        Value within = contiguous ? plus(times(vector, depth), step) : plus(times(step, vectors), vector);
        return plus(times(batch, Math.multiplyExact(vectors, depth)), within);
    }
}
