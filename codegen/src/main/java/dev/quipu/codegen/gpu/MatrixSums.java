package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.plus;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.kernel.Value.MatrixOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Sums of products that a warp has in its registers: 16 rows, and small matrices of 8 columns side by side, each a variable of
 * its own. TornadoVM carries such a variable around one loop, from what stands before it; not around a loop inside a loop, and
 * not out of a condition.
 */
record MatrixSums(List<Value.Variable> matrices) {
    /** Of zeros. */
    static MatrixSums zeros(Emitter body, String name, int count) {
        List<Value.Variable> matrices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            matrices.add(body.let(name, new Matrix(MatrixOperator.ZEROS, List.of())));
        }
        return new MatrixSums(List.copyOf(matrices));
    }

    /** Adds a left matrix times a right one for each of the small ones. */
    void add(Emitter body, Value left, IntFunction<Value> rights) {
        for (int i = 0; i < matrices.size(); i++) {
            Value right = body.let("right", rights.apply(i));
            Value.Variable sums = matrices.get(i);
            GpuForms.assign(body, sums, new Matrix(MatrixOperator.MULTIPLY_ADD, List.of(left, right, sums)));
        }
    }

    /**
     * Writes all sums to a memory of f32.
     *
     * @param at element of the first
     * @param stride from one row to the next
     */
    void store(Emitter body, Memories memories, int memory, Value at, int stride) {
        for (int i = 0; i < matrices.size(); i++) {
            Value from = plus(at, (long) i * Matrix.COLUMNS);
            body.add(memories.storeMatrix(memory, from, stride, matrices.get(i)));
        }
    }
}
