package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.MatrixProduct;

/** What becomes of a product's elements, or of a part of their sums. */
interface ProductEnd {
    /**
     * What becomes of those of a row; what all of them share is computed there.
     *
     * @param part of the depth
     * @param row in the whole batch
     */
    Row row(Emitter emitter, Value part, Value row);

    /** What becomes of the elements of a row. */
    @FunctionalInterface
    interface Row {
        /**
         * Takes one, once.
         *
         * @param column a variable or a literal
         */
        void element(Emitter emitter, Value column, Value sum);
    }

    /** The product's epilogue. */
    static ProductEnd epilogue(MatrixProduct product, Memories memories) {
        StepValues values = new StepValues(memories, product.space(), product.epilogue());
        if (!values.rowStores().isEmpty()) {
            throw new AssertionError("a product's epilogue has no number of a row to store: " + product);
        }
        return (emitter, part, row) -> {
            StepValues.Row shared = values.row(emitter, atom(emitter, "row", row));
            return (body, column, sum) -> {
                StepValues.Element element = shared.element(body, column);
                element.define(MatrixProduct.PRODUCT, atom(body, MatrixProduct.PRODUCT, sum));
                element.store();
            };
        };
    }

    /** A value that may be used several times. */
    static Value atom(Emitter emitter, String name, Value value) {
        return value instanceof Value.Variable || value instanceof Value.Literal ? value : emitter.let(name, value);
    }

    /** Writes sums of parts one after the other into a memory. */
    static ProductEnd parts(ProductTiling tiling, Memories memories, int memory) {
        int columns = tiling.product().columns();
        int elements = Math.toIntExact(tiling.elements());
        return (emitter, part, row) -> {
            Value first = emitter.let("first", plus(times(part, elements), times(row, columns)));
            return (body, column, sum) -> body.add(memories.store(memory, plus(first, column), sum));
        };
    }
}
