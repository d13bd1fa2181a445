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
 * Transposition of right matrices whose rows run along the depth, and of products that are turned, in square blocks of
 * vectors. Rows are read and panels are written in whole blocks, past the depth: rows have more of the buffer or its room behind
 * them, panels are rounded up.
 *
 * <p>Squares of 16 go through the panel's own memory halfway: four rows at a time, a quarter of the square apart, exchange
 * halves and quarters; then four neighbours at a time exchange the rest. In one go they are too many operations for C1, and
 * a method that C1 refuses is interpreted until C2 has it.
 */
final class TransposingPacks {
    /** Vectors that exchange lanes with each other in one half of the work. */
    private static final int GROUP = 4;

    private final int columns;
    private final int lanes;
    private final Value.Variable source;
    private final Transposition transposition;

    /** @param columns floats of a row of what is written */
    TransposingPacks(TileLibrary library, KernelType matrix, int columns) {
        this.columns = columns;
        this.source = Packs.source(matrix);
        this.lanes = library.lanes();
        this.transposition = new Transposition(lanes);
    }

    /** A method that writes a vector of each row, from {@code [width][depth]}. */
    Method method(String name, String written, int width) {
        List<Statement> body = lanes == GROUP * GROUP ? inHalves(width) : right(width);
        return new Method(
                name,
                written + " from [" + width + "][depth].",
                List.of(source, Packs.AT, Packs.STRIDE, Packs.RIGHT_PANEL, Packs.RIGHT_TO, Packs.DEPTH),
                List.of(new Statement.For(Packs.STEP, integer(0), Packs.DEPTH, lanes, body)));
    }

    private List<Statement> right(int width) {
        List<Statement> body = new ArrayList<>();
        List<Value> columns = transposition.of(rows(0, 1, width, lanes, body), "t", body);
        for (int i = 0; i < lanes; i++) {
            body.add(new Statement.Store(Packs.RIGHT_PANEL, column(integer(i)), columns.get(i)));
        }
        return body;
    }

    /** A square in two halves. */
    private List<Statement> inHalves(int rows) {
        List<Statement> body = new ArrayList<>();
        if (rows % GROUP == 0) {
            Value.Variable row = new Value.Variable("row", KernelType.INT);
            List<Statement> first = new ArrayList<>();
            firstHalf(row, rows, first);
            body.add(new Statement.For(row, integer(0), integer(GROUP), 1, first));
        } else {
            for (int row = 0; row < GROUP; row++) {
                firstHalf(integer(row), rows - row, body);
            }
        }
        Value.Variable group = new Value.Variable("group", KernelType.INT);
        List<Statement> second = new ArrayList<>();
        List<Value> vectors = new ArrayList<>();
        for (int i = 0; i < GROUP; i++) {
            vectors.add(load("half" + i, Packs.RIGHT_PANEL, column(plus(group, i)), second));
        }
        List<Value> columns = transposition.stages(vectors, GROUP / 2, 1, "t", second);
        for (int i = 0; i < GROUP; i++) {
            second.add(new Statement.Store(Packs.RIGHT_PANEL, column(plus(group, i)), columns.get(i)));
        }
        body.add(new Statement.For(group, integer(0), integer(lanes), GROUP, second));
        return body;
    }

    /** Row number {@code row} and those {@link #GROUP}, twice and three times as far; {@code count} rows begin there. */
    private void firstHalf(Value row, int count, List<Statement> body) {
        List<Value> quarter = rows(row, GROUP, Math.ceilDiv(count, GROUP), GROUP, body);
        String prefix = row instanceof Value.Literal literal ? "s" + (int) literal.value() : "s";
        List<Value> done = transposition.quarters(quarter, prefix, body);
        for (int i = 0; i < GROUP; i++) {
            body.add(new Statement.Store(Packs.RIGHT_PANEL, column(plus(row, (long) i * GROUP)), done.get(i)));
        }
    }

    private Value column(Value column) {
        long step = (long) columns * Float.BYTES;
        return plus(Packs.RIGHT_TO, toLong(times(plus(Packs.STEP, column), step)));
    }

    private List<Value> rows(int first, int apart, int count, int all, List<Statement> body) {
        return rows(integer(first), apart, count, all, body);
    }

    /** Rows of the square; those that do not exist are zero. */
    private List<Value> rows(Value first, int apart, int count, int all, List<Statement> body) {
        String prefix = first instanceof Value.Literal literal ? "row" + (int) literal.value() + "_" : "row";
        Value.Variable from = new Value.Variable(prefix.equals("row") ? "from" : prefix + "from", KernelType.LONG);
        Value begin = plus(Packs.AT, toLong(times(Packs.STEP, Float.BYTES)));
        boolean none = first instanceof Value.Literal literal && literal.value() == 0;
        body.add(new Statement.Declare(from, none ? begin : plus(begin, times(toLong(first), toLong(Packs.STRIDE)))));
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Value at = i == 0 ? from : plus(from, times(toLong(Packs.STRIDE), (long) i * apart));
            rows.add(load(prefix + i, source, at, body));
        }
        while (rows.size() < all) {
            rows.add(Emitter.number(0, lanes));
        }
        return rows;
    }

    private Value load(String name, Value memory, Value at, List<Statement> body) {
        Value.Variable variable = new Value.Variable(name, KernelType.floats(lanes));
        body.add(new Statement.Declare(variable, new Value.Load(variable.type(), memory, at)));
        return variable;
    }
}
