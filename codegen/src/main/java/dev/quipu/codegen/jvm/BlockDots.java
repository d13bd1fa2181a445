package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.dsl.Int8Blocks;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of {@link Dots} that reads {@link Int8Blocks}: a block's bytes are multiplied first, and their sum with the factor.
 *
 * @param sums of each row with each column
 * @param leftRows where the rows of f32 begin
 */
record BlockDots(Dots dots, List<Value.Variable> sums, List<Value> leftRows) {
    private static final long LEFT_BYTES = (long) Int8Blocks.ELEMENTS * Float.BYTES;

    /** Whole blocks, and the one at the end of a row that is not. */
    void all(Emitter emitter) {
        // four bytes an element of f32, and of a block
        List<Value> rightRows = rightRows(emitter, emitter.let("first", blocks(Dots.RIGHT_OFFSET)));
        Value blocks = emitter.let(
                "blocks", new Value.Binary(BinaryOperator.DIVIDE, Dots.DEPTH, integer(Int8Blocks.ELEMENTS)));
        emitter.loop("block", integer(0), blocks, 1, (body, block) -> {
            block(body, rightRows, block, leftBytes(body, block), Int8Blocks.ELEMENTS);
        });
        if (dots.tail() > 0) {
            block(emitter, rightRows, blocks, leftBytes(emitter, blocks), dots.tail());
        }
    }

    /** Where the columns begin, of which the first one is known. */
    List<Value> rightRows(Emitter emitter, Value first) {
        return dots.bases(emitter, "b", first, blocks(toLong(Dots.STRIDE)), 1, dots.columns());
    }

    private static Value leftBytes(Emitter emitter, Value block) {
        return emitter.let("bytes", times(toLong(block), LEFT_BYTES));
    }

    /** Bytes of the blocks in front of an address. */
    static Value blocks(Value address) {
        Value number = new Value.Binary(BinaryOperator.DIVIDE, address, new Value.Literal(KernelType.LONG, LEFT_BYTES));
        return times(number, (long) Int8Blocks.BYTES);
    }

    /**
     * A block of every column.
     *
     * @param block counted from where the columns begin
     * @param leftBytes where the same elements of the left rows stand, from their beginnings
     */
    void block(Emitter body, List<Value> rightRows, Value block, Value leftBytes, int elements) {
        int lanes = dots.library().lanes();
        Value rightBytes = body.let("blockBytes", times(toLong(block), (long) Int8Blocks.BYTES));
        List<List<Value>> left = new ArrayList<>();
        for (int from = 0; from < elements; from += lanes) {
            Value at = plus(leftBytes, (long) from * Float.BYTES);
            left.add(dots.loads(body, "a", dots.left(), leftRows, at, Math.min(lanes, elements - from)));
        }
        for (int column = 0; column < dots.columns(); column++) {
            Value at = body.let("at", plus(rightRows.get(column), rightBytes));
            List<Value> bytes = new ArrayList<>();
            for (int i = 0; i < left.size(); i++) {
                Value from = plus(at, Float.BYTES + (long) i * lanes);
                bytes.add(body.let("bytes", new Value.LoadBytes(lanes, dots.right(), from)));
            }
            Value memory = new Value.Variable(dots.right().name(), KernelType.SEGMENT);
            Value factor = new Value.Splat(new Value.Load(KernelType.FLOAT, memory, at), lanes);
            Value spread = body.let("factor", factor);
            for (int row = 0; row < dots.rows(); row++) {
                Value sum = body.let("products", times(left.getFirst().get(row), bytes.getFirst()));
                for (int i = 1; i < left.size(); i++) {
                    sum = body.let("products", new Value.Fma(left.get(i).get(row), bytes.get(i), sum));
                }
                Value.Variable total = sums.get(row * dots.columns() + column);
                body.add(new Statement.Assign(total, new Value.Fma(sum, spread, total)));
            }
        }
    }
}
