package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.ArrayList;
import java.util.List;

/**
 * Dot products of a few rows with stretches of another matrix, whose rows follow each other: {@link Dots} of a row of each
 * stretch, then of the next ones, in one loop over all of a stretch. With a loop for each, rows of int8 end every few hundred
 * bytes, and what the JIT puts around a loop takes a tenth of the time.
 *
 * @param dots what is done at a time, whole steps alone
 */
record Stretches(Dots dots) {
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);
    private static final Value.Variable LEFT_PLACE = new Value.Variable("aPlace", KernelType.LONG);
    private static final Value.Variable RIGHT_PLACE = new Value.Variable("bPlace", KernelType.LONG);

    Stretches {
        if (dots.tail() > 0) {
            throw new AssertionError("rows of stretches follow each other: " + dots);
        }
    }

    Method method(String name) {
        List<Value.Variable> parameters = new ArrayList<>(dots.parameters());
        parameters.add(ROWS);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        List<Value.Variable> sums = dots.sums(emitter);
        List<Value> leftRows = dots.leftRows(emitter, LEFT_PLACE);
        int elements = Dots.step(dots.matrix(), dots.library());
        Value rowBytes = emitter.let("rowBytes", times(toLong(Dots.DEPTH), (long) Float.BYTES));
        Value.Variable leftAt = emitter.let("leftAt", new Value.Literal(KernelType.LONG, 0));
        Value.Variable to = emitter.let("to", Dots.PRODUCT_OFFSET);
        Value steps = times(ROWS, new Value.Binary(BinaryOperator.DIVIDE, Dots.DEPTH, integer(elements)));
        boolean blocks = dots.matrix().equals(KernelType.ISEGMENT);
        BlockDots ofBlocks = new BlockDots(dots, sums, leftRows);
        List<Value> rightRows =
                blocks ? ofBlocks.rightRows(emitter, RIGHT_PLACE) : dots.rightRows(emitter, RIGHT_PLACE);
        emitter.loop("step", integer(0), emitter.let("steps", steps), 1, (body, step) -> {
            if (blocks) {
                ofBlocks.block(body, rightRows, step, leftAt, elements);
            } else {
                Value rightAt = times(toLong(step), (long) elements * Float.BYTES);
                dots.step(body, sums, leftRows, rightRows, new Dots.Bytes(leftAt, rightAt), elements);
            }
            body.add(new Statement.Assign(leftAt, plus(leftAt, (long) elements * Float.BYTES)));
            body.when(new Value.Compare(Comparison.EQUAL, leftAt, rowBytes), end -> {
                dots.storeTotals(end, sums, to);
                sums.forEach(sum -> end.add(
                        new Statement.Assign(sum, number(0, dots.library().lanes()))));
                end.add(new Statement.Assign(leftAt, new Value.Literal(KernelType.LONG, 0)));
                end.add(new Statement.Assign(to, plus(to, (long) Float.BYTES)));
            });
        });
        String comment = dots.rows() + " rows times " + dots.columns() + " stretches of rows.";
        return new Method(name, comment, parameters, ranges(), emitter.statements());
    }

    /** The left rows follow each other; of the right matrix everything up to the end of the last stretch. */
    private List<Method.Range> ranges() {
        Value rowBytes = times(toLong(Dots.DEPTH), (long) Float.BYTES);
        Value stretches = plus(times(toLong(Dots.STRIDE), dots.columns() - 1L), times(toLong(ROWS), rowBytes));
        boolean blocks = dots.matrix().equals(KernelType.ISEGMENT);
        return List.of(
                new Method.Range(dots.left(), Dots.LEFT_OFFSET, times(rowBytes, (long) dots.rows()), LEFT_PLACE),
                new Method.Range(
                        dots.right(),
                        blocks ? BlockDots.blocks(Dots.RIGHT_OFFSET) : Dots.RIGHT_OFFSET,
                        blocks ? BlockDots.blocks(stretches) : stretches,
                        RIGHT_PLACE));
    }
}
