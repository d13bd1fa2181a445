package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Int8Blocks;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies of rows: widened to f32 for {@link TileLibrary#rowTile}, or rounded to bf16 for {@link RoundedProduct}. What is widened
 * is copied as a few stretches of rows side by side, a row of each at a time: processors foresee what comes next of several at
 * once. Where rows are no such number of equal stretches, the stretches overlap.
 *
 * <p>Whole vectors, of int8 whole blocks: what a row writes too far lies between it and the next.
 *
 * @param rounds whether copies of int8 are bf16 off the heap, as far apart as the rows; else floats,
 *     {@link TileLibrary#LEFT_ROW} apart
 */
record RowCopies(TileLibrary library, KernelType matrix, boolean rounds) {
    private static final int MOST_STRETCHES = 4;

    /** Of what is rounded: with more, the JIT now and then leaves vectors on the heap. */
    private static final int MOST_ROUNDED_STRETCHES = 2;

    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);

    /** A worker's rows of int8 as bf16. */
    static final Value.Variable WIDENED = new Value.Variable("widened", KernelType.BSEGMENT);

    /** Room for {@link #WIDENED} rows. */
    static Kernel.Scratch widened(int rows, int elementsOfRow) {
        return new Kernel.Scratch(WIDENED, DType.BF16.bytes((long) rows * elementsOfRow) / Float.BYTES, false);
    }

    /** Copies rows to the beginning of {@link #WIDENED}. */
    static Statement widen(
            TileLibrary library, Value.Variable source, Value at, long rowBytes, Value rows, int elements) {
        Value begin = new Value.Literal(KernelType.LONG, 0);
        return new Statement.Call(
                TileLibrary.over(source.type(), library.roundRows()),
                List.of(source, at, integer(rowBytes), WIDENED, begin, rows, integer(elements)));
    }

    Method method(String name) {
        Value.Variable source = Packs.source(matrix);
        List<Value.Variable> parameters = List.of(source, Packs.AT, Packs.STRIDE, copies(), place(), ROWS, Packs.DEPTH);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        int stretches = stretches();
        Value apart = stretches == 1 ? ROWS : emitter.let("apart", Values.divide(ROWS, stretches));
        Value rows = stretches == 1 ? ROWS : emitter.let("rowsOfStretch", minus(ROWS, times(apart, stretches - 1L)));
        emitter.loop("row", integer(0), rows, 1, (body, row) -> {
            List<Value> from = new ArrayList<>();
            List<Value> to = new ArrayList<>();
            for (int i = 0; i < stretches; i++) {
                Value number = i == 0 ? row : body.let("row", plus(row, times(apart, i)));
                from.add(body.let("from", begin(plus(Packs.AT, distance(number)))));
                Value apartThere = rounds ? distance(number) : times(number, TileLibrary.LEFT_ROW);
                to.add(body.let("to", plus(place(), apartThere)));
            }
            body.loop("k", integer(0), Packs.DEPTH, inBlocks() ? Int8Blocks.ELEMENTS : library.lanes(), (inner, k) -> {
                for (int i = 0; i < stretches; i++) {
                    copy(inner, source, plus(from.get(i), step(k)), plus(to.get(i), rounds ? bytes(k) : k));
                }
            });
        });
        return new Method(name, "Copies of rows.", parameters, emitter.statements());
    }

    private Value.Variable copies() {
        return rounds ? new Value.Variable("panel", KernelType.BSEGMENT) : Packs.LEFT_PANEL;
    }

    /** Where copies begin. */
    private Value.Variable place() {
        return rounds ? Packs.RIGHT_TO : Packs.LEFT_TO;
    }

    private static Value distance(Value rows) {
        return times(toLong(rows), toLong(Packs.STRIDE));
    }

    private static Value bytes(Value elements) {
        return times(toLong(elements), (long) Float.BYTES);
    }

    /** Of f32 one is as fast as memory is. Of short vectors fewer: the method is one that C1 compiles. */
    private int stretches() {
        return matrix.equals(KernelType.SEGMENT)
                ? 1
                : Math.min(rounds ? MOST_ROUNDED_STRETCHES : MOST_STRETCHES, library.lanes() / 2);
    }

    private boolean inBlocks() {
        return matrix.equals(KernelType.ISEGMENT);
    }

    /** Where an address is: of int8, of what begins with a block, its bytes. */
    private Value begin(Value address) {
        Value elements = new Value.Literal(KernelType.LONG, (long) Int8Blocks.ELEMENTS * Float.BYTES);
        return inBlocks()
                ? times(new Value.Binary(BinaryOperator.DIVIDE, address, elements), (long) Int8Blocks.BYTES)
                : address;
    }

    private Value step(Value k) {
        return toLong(
                inBlocks() ? times(Values.divide(k, Int8Blocks.ELEMENTS), Int8Blocks.BYTES) : times(k, Float.BYTES));
    }

    private void copy(Emitter emitter, Value.Variable source, Value at, Value to) {
        int lanes = library.lanes();
        if (!inBlocks()) {
            Value vector = new Value.Load(KernelType.floats(lanes), source, at);
            emitter.add(new Statement.Store(copies(), to, vector));
            return;
        }
        Value block = emitter.let("block", at);
        Value memory = new Value.Variable(source.name(), KernelType.SEGMENT);
        Value factor = emitter.let("factor", new Value.Splat(new Value.Load(KernelType.FLOAT, memory, block), lanes));
        for (int i = 0; i < Int8Blocks.ELEMENTS; i += lanes) {
            Value bytes = new Value.LoadBytes(lanes, source, plus(block, (long) Float.BYTES + i));
            Value elements = times(bytes, factor);
            if (rounds) {
                Value rounded = new Value.Unary(UnaryOperator.ROUND, emitter.let("elements", elements));
                emitter.add(new Statement.Store(copies(), plus(to, (long) i * Float.BYTES), rounded));
            } else {
                emitter.add(new Statement.Store(copies(), plus(to, i), elements));
            }
        }
    }
}
