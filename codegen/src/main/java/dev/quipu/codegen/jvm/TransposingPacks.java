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
 */
final class TransposingPacks {
    private TransposingPacks() {}

    static Method left(TileLibrary library, String name, int rows) {
        int lanes = library.lanes();
        Transposition transposition = new Transposition(lanes);
        List<Statement> body = new ArrayList<>();
        List<List<Value>> blocks = new ArrayList<>();
        for (int first = 0; first < rows; first += lanes) {
            List<Value> block = rows(lanes, first, Math.min(lanes, rows - first), body);
            blocks.add(transposition.of(block, "t" + first + "_", body));
        }
        // in the order of addresses: a vector overwrites what the one before it wrote too far
        for (int column = 0; column < lanes; column++) {
            for (int block = 0; block < blocks.size(); block++) {
                Value to = plus(Packs.LEFT_TO, times(Packs.STEP, library.rows()));
                body.add(new Statement.Store(
                        Packs.LEFT_PANEL,
                        plus(to, (long) column * library.rows() + (long) block * lanes),
                        blocks.get(block).get(column)));
            }
        }
        return new Method(
                name,
                "A left panel from [" + rows + "][depth].",
                List.of(Packs.SOURCE, Packs.AT, Packs.STRIDE, Packs.LEFT_PANEL, Packs.LEFT_TO, Packs.DEPTH),
                List.of(new Statement.For(Packs.STEP, integer(0), Packs.DEPTH, lanes, body)));
    }

    static Method right(TileLibrary library, String name, int width) {
        int lanes = library.lanes();
        long step = (long) library.columns() * Float.BYTES;
        List<Statement> body = new ArrayList<>();
        List<Value> columns = new Transposition(lanes).of(rows(lanes, 0, width, body), "t", body);
        Value.Variable to = new Value.Variable("toStep", KernelType.LONG);
        body.add(new Statement.Declare(to, plus(Packs.RIGHT_TO, toLong(times(Packs.STEP, step)))));
        for (int column = 0; column < lanes; column++) {
            body.add(new Statement.Store(Packs.RIGHT_PANEL, plus(to, column * step), columns.get(column)));
        }
        return new Method(
                name,
                "Half a right panel from [" + width + "][depth].",
                List.of(Packs.SOURCE, Packs.AT, Packs.STRIDE, Packs.RIGHT_PANEL, Packs.RIGHT_TO, Packs.DEPTH),
                List.of(new Statement.For(Packs.STEP, integer(0), Packs.DEPTH, lanes, body)));
    }

    /** A block's rows; those that do not exist are zero. */
    private static List<Value> rows(int lanes, int first, int count, List<Statement> body) {
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Value from = plus(
                    plus(Packs.AT, toLong(times(Packs.STEP, Float.BYTES))),
                    times(new Value.Literal(KernelType.LONG, first + i), toLong(Packs.STRIDE)));
            Value.Variable row = new Value.Variable("row" + (first + i), KernelType.floats(lanes));
            body.add(new Statement.Declare(row, new Value.Load(KernelType.floats(lanes), Packs.SOURCE, from)));
            rows.add(row);
        }
        while (rows.size() < lanes) {
            rows.add(Emitter.number(0, lanes));
        }
        return rows;
    }
}
