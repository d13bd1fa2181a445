package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The inner loop of attention's products. Single numbers of the left factor come from lines {@code float[row][line]} on the
 * heap as they lie, without packing, vectors of the right one from rows off the heap:
 *
 * <pre>
 *     rows8x3s304       c[8][3 vectors]  = a[8][depth]       b[depth][3 vectors]    scores, weighted sums of rows
 *     columns8x3s304    c[8][3 vectors]  = a[depth][8]^T     b[depth][3 vectors]    sums over queries
 *     columns8x3s304Add c[8][3 vectors] += a[depth][8]^T     b[depth][3 vectors]    over further queries
 * </pre>
 *
 * <p>The distance of lines is part of the name, for it has to be a constant ({@link TileSums}). What is computed is on the heap:
 * there it is the left factor of the next product, and C1 refuses as many accesses of segments ("out of virtual registers").
 * What was there is added at the end: a loop that begins with it is slower by a tenth. Measured on AVX-512: 8 x 3 vectors run at
 * 90 to 95% of the peak from a depth of 48 on, calls included; 6 x 4 spill.
 *
 * @param ofColumns the second and third
 * @param add the third
 * @param line floats from one line of the left factor to the next
 */
record AttentionTile(TileLibrary library, boolean ofColumns, boolean add, int vectors, int line) {
    private static final Pattern NAME = Pattern.compile("(rows|columns)\\d+x(\\d+)s(\\d+)(Add)?");

    private static final Value.Variable RIGHT_STEP = new Value.Variable("bStep", KernelType.INT);
    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.ARRAY);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.INT);
    private static final Value.Variable PRODUCT_ROW = new Value.Variable("cRow", KernelType.INT);

    AttentionTile {
        if (vectors < 1 || vectors > vectors(library) || line < 1) {
            throw new AssertionError("no tile of " + vectors + " vectors");
        }
    }

    /** Rows of every tile. */
    static int rows(TileLibrary library) {
        return library.lanes() == 8 ? 6 : 8;
    }

    /** Vectors of a whole tile's row: with the rows, what fits into 32 registers, or into the 16 of 256 bits. */
    static int vectors(TileLibrary library) {
        return library.lanes() == 8 ? 2 : 3;
    }

    /**
     * Name of the tile of {@link #rows(TileLibrary)} lines: {@code (float[] a, int aOffset, MemorySegment b, long bOffset,
     * int bStep, float[] c, int cOffset, int cRow, int depth)}.
     */
    static String ofRows(TileLibrary library, int vectors, int line) {
        return TileLibrary.CLASS + ".rows" + rows(library) + "x" + vectors + "s" + line;
    }

    /** Name of the tile of as many columns, which writes or adds. */
    static String ofColumns(TileLibrary library, int vectors, int line, boolean add) {
        return TileLibrary.CLASS + ".columns" + rows(library) + "x" + vectors + "s" + line + (add ? "Add" : "");
    }

    /** The method of that name, if there is one. */
    static Optional<Method> method(String name, TileLibrary library) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        boolean ofColumns = parts.group(1).equals("columns");
        int vectors = Integer.parseInt(parts.group(2));
        int line = Integer.parseInt(parts.group(3));
        boolean add = parts.group(4) != null;
        return Optional.of(new AttentionTile(library, ofColumns, add, vectors, line).method(name));
    }

    private Method method(String name) {
        int rows = rows(library);
        TileSums sums = ofColumns
                ? TileSums.ofArray(library, rows, vectors, line, 1, RIGHT_STEP)
                : TileSums.ofArray(library, rows, vectors, 1, line, RIGHT_STEP);
        List<Statement> body = new ArrayList<>(sums.statements());
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < vectors; j++) {
                Value at = productAt(row, j);
                Value before = new Value.Load(sums.vector(), PRODUCT, at);
                body.add(new Statement.Store(PRODUCT, at, add ? plus(before, sums.sum(row, j)) : sums.sum(row, j)));
            }
        }
        String left = ofColumns ? "a[depth][" + rows + "]^T" : "a[" + rows + "][depth]";
        String comment = "c[" + rows + "][" + vectors + " vectors] " + (add ? "+= " : "= ") + left + " b[depth].";
        return new Method(name, comment, parameters(), List.of(sums.rightRange()), body);
    }

    private List<Value.Variable> parameters() {
        List<Value.Variable> parameters = new ArrayList<>(TileSums.factors());
        parameters.addAll(List.of(RIGHT_STEP, PRODUCT, PRODUCT_OFFSET, PRODUCT_ROW, TileSums.DEPTH));
        return parameters;
    }

    private Value productAt(int row, int j) {
        Value at = plus(PRODUCT_OFFSET, times(PRODUCT_ROW, row));
        return plus(row == 0 ? PRODUCT_OFFSET : at, (long) j * library.lanes());
    }
}
