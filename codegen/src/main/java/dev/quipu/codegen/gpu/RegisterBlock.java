package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.assign;
import static dev.quipu.codegen.gpu.GpuForms.element;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of a spread rectangle that one work-item has, each a variable of its own, so that they stay in registers. Sums of
 * products are added to all of them at once: what a row and a column load is used for a whole line of the block.
 */
final class RegisterBlock {
    private final List<List<Value.Variable>> lines = new ArrayList<>();

    private RegisterBlock() {}

    /** A block of zeros. */
    static RegisterBlock zeros(Emitter body, String name, int rows, int columns) {
        RegisterBlock block = new RegisterBlock();
        for (int i = 0; i < rows; i++) {
            List<Value.Variable> line = new ArrayList<>();
            for (int j = 0; j < columns; j++) {
                line.add(body.let(name + i + "_" + j, GpuForms.ZERO));
            }
            block.lines.add(line);
        }
        return block;
    }

    /**
     * One side of a product in local memory: entry i of the block at depth n is element
     * {@code base + i * entryStep + n * depthStep}.
     */
    record Side(Value.Variable array, Value base, int entryStep, int depthStep) {
        private Value load(int entry, Value depth) {
            return element(array, plus(plus(base, (long) entry * entryStep), times(depth, depthStep)));
        }
    }

    /** {@code block[i][j] += sum over n of left[i][n] * right[j][n]}. */
    record Product(Side left, Side right, RegisterBlock block) {}

    Value.Variable at(int row, int column) {
        return lines.get(row).get(column);
    }

    void multiplyRow(Emitter body, int row, Value factor) {
        for (Value.Variable value : lines.get(row)) {
            assign(body, value, times(value, factor));
        }
    }

    /** Adds products of one depth, in the order of n. */
    static void add(Emitter body, String index, int depth, Product... products) {
        add(body, index, integer(depth), products);
    }

    /** As {@link #add(Emitter, String, int, Product...)}, with a depth that is computed: INT. */
    static void add(Emitter body, String index, Value depth, Product... products) {
        body.loop(index, integer(0), depth, 1, (loop, n) -> {
            for (Product product : products) {
                product.block().add(loop, n, product);
            }
        });
    }

    private void add(Emitter body, Value depth, Product product) {
        List<Value> rights = new ArrayList<>();
        for (int j = 0; j < lines.getFirst().size(); j++) {
            rights.add(body.let("right" + j, product.right().load(j, depth)));
        }
        for (int i = 0; i < lines.size(); i++) {
            Value left = body.let("left" + i, product.left().load(i, depth));
            for (int j = 0; j < rights.size(); j++) {
                Value.Variable sum = lines.get(i).get(j);
                assign(body, sum, plus(sum, times(left, rights.get(j))));
            }
        }
    }
}
