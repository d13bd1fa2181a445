package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Packing of matrices whose rows run along the depth, in square blocks of vectors. Rows are read and panels are written in
 * whole blocks, past the depth: rows have more of the buffer or its room behind them, panels are rounded up.
 *
 * <p>Squares of 16 go through the panel's own memory halfway: rows first exchange halves and quarters, then groups of four
 * neighbours exchange the rest. In one go they are too many operations for C1, and a method that C1 refuses may never reach C2.
 */
final class TransposingPacks {
    /** Vectors that finish together in the second half. */
    private static final int GROUP = 4;

    private final TileLibrary library;
    private final int lanes;
    private final Transposition transposition;

    private TransposingPacks(TileLibrary library) {
        this.library = library;
        this.lanes = library.lanes();
        this.transposition = new Transposition(lanes);
    }

    static Method left(TileLibrary library, String name, int rows) {
        TransposingPacks packs = new TransposingPacks(library);
        return new Method(
                name,
                "A left panel from [" + rows + "][depth].",
                List.of(Packs.SOURCE, Packs.AT, Packs.STRIDE, Packs.LEFT_PANEL, Packs.LEFT_TO, Packs.DEPTH),
                List.of(new Statement.For(
                        Packs.STEP,
                        integer(0),
                        Packs.DEPTH,
                        packs.lanes,
                        packs.lanes == 16 ? packs.leftInHalves(rows) : packs.left(rows))));
    }

    private List<Statement> left(int rows) {
        List<Statement> body = new ArrayList<>();
        List<List<Value>> blocks = new ArrayList<>();
        for (int first = 0; first < rows; first += lanes) {
            List<Value> block = rows(first, Math.min(lanes, rows - first), body);
            blocks.add(transposition.of(block, "t" + first + "_", body));
        }
        // in the order of addresses: a vector overwrites what the one before it wrote too far
        for (int column = 0; column < lanes; column++) {
            for (int block = 0; block < blocks.size(); block++) {
                Value to = leftColumn(plus(Packs.STEP, column));
                body.add(new Statement.Store(
                        Packs.LEFT_PANEL,
                        plus(to, (long) block * lanes),
                        blocks.get(block).get(column)));
            }
        }
        return body;
    }

    /** Half done, vectors lie side by side from the block's beginning; no column reaches vectors still to be read. */
    private List<Statement> leftInHalves(int rows) {
        List<Statement> body = new ArrayList<>();
        List<Value> half = transposition.stages(rows(0, rows, body), lanes / 2, GROUP, "t", body);
        for (int i = 0; i < lanes; i++) {
            body.add(
                    new Statement.Store(Packs.LEFT_PANEL, plus(leftColumn(Packs.STEP), (long) i * lanes), half.get(i)));
        }
        Value.Variable group = new Value.Variable("group", KernelType.INT);
        List<Statement> second = new ArrayList<>();
        List<Value> vectors = new ArrayList<>();
        for (int i = 0; i < GROUP; i++) {
            Value from = plus(plus(leftColumn(Packs.STEP), times(group, lanes)), (long) i * lanes);
            vectors.add(declare("half" + i, Packs.LEFT_PANEL, from, second));
        }
        List<Value> columns = transposition.stages(vectors, GROUP / 2, 1, "u", second);
        for (int i = 0; i < GROUP; i++) {
            second.add(new Statement.Store(
                    Packs.LEFT_PANEL, leftColumn(plus(plus(Packs.STEP, group), i)), columns.get(i)));
        }
        body.add(new Statement.For(group, integer(0), integer(lanes), GROUP, second));
        return body;
    }

    private Value leftColumn(Value step) {
        return plus(Packs.LEFT_TO, times(step, library.rows()));
    }

    static Method right(TileLibrary library, String name, int width) {
        TransposingPacks packs = new TransposingPacks(library);
        return new Method(
                name,
                "Half a right panel from [" + width + "][depth].",
                List.of(Packs.SOURCE, Packs.AT, Packs.STRIDE, Packs.RIGHT_PANEL, Packs.RIGHT_TO, Packs.DEPTH),
                List.of(new Statement.For(Packs.STEP, integer(0), Packs.DEPTH, packs.lanes, packs.right(width))));
    }

    private List<Statement> right(int width) {
        boolean halves = lanes == 16;
        List<Statement> body = new ArrayList<>();
        List<Value> vectors = transposition.stages(rows(0, width, body), lanes / 2, halves ? GROUP : 1, "t", body);
        Value.Variable to = new Value.Variable("toStep", KernelType.LONG);
        body.add(new Statement.Declare(to, rightColumn(Packs.STEP)));
        for (int i = 0; i < lanes; i++) {
            body.add(new Statement.Store(Packs.RIGHT_PANEL, plus(to, i * rightStep()), vectors.get(i)));
        }
        if (halves) {
            body.add(rightSecondHalf());
        }
        return body;
    }

    private Statement rightSecondHalf() {
        Value.Variable group = new Value.Variable("group", KernelType.INT);
        Value.Variable at = new Value.Variable("atGroup", KernelType.LONG);
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(at, rightColumn(plus(Packs.STEP, group))));
        List<Value> vectors = new ArrayList<>();
        for (int i = 0; i < GROUP; i++) {
            vectors.add(declare("half" + i, Packs.RIGHT_PANEL, plus(at, i * rightStep()), body));
        }
        List<Value> columns = transposition.stages(vectors, GROUP / 2, 1, "u", body);
        for (int i = 0; i < GROUP; i++) {
            body.add(new Statement.Store(Packs.RIGHT_PANEL, plus(at, i * rightStep()), columns.get(i)));
        }
        return new Statement.For(group, integer(0), integer(lanes), GROUP, body);
    }

    private Value rightColumn(Value step) {
        return plus(Packs.RIGHT_TO, toLong(times(step, rightStep())));
    }

    private long rightStep() {
        return (long) library.columns() * Float.BYTES;
    }

    /** A block's rows; those that do not exist are zero. */
    private List<Value> rows(int first, int count, List<Statement> body) {
        List<Value> rows = new ArrayList<>();
        Value.Variable from = new Value.Variable("from" + first, KernelType.LONG);
        Value begin = plus(Packs.AT, toLong(times(Packs.STEP, Float.BYTES)));
        body.add(new Statement.Declare(from, first == 0 ? begin : plus(begin, times(toLong(Packs.STRIDE), first))));
        for (int i = 0; i < count; i++) {
            Value at = i == 0 ? from : plus(from, times(toLong(Packs.STRIDE), i));
            rows.add(declare("row" + (first + i), Packs.SOURCE, at, body));
        }
        while (rows.size() < lanes) {
            rows.add(Emitter.number(0, lanes));
        }
        return rows;
    }

    private Value declare(String name, Value memory, Value at, List<Statement> body) {
        Value.Variable variable = new Value.Variable(name, KernelType.floats(lanes));
        body.add(new Statement.Declare(variable, new Value.Load(variable.type(), memory, at)));
        return variable;
    }
}
