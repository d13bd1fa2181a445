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
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.dsl.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products of a few rows with a matrix whose rows run along the depth: tokens with a weight. The weight is read once, where
 * it lies and as it is stored, as dot products of a few of its rows with all tokens, which find them in the first-level cache
 * from the second group of tokens on; packing would read and write it again. Of int8 beside tokens of bf16 a part widens and
 * rounds its rows first.
 */
final class ThinProduct {
    /** Of more rows a matrix had better be packed. */
    private static final int MOST_ROWS = 16;

    /** Of more rows of bf16 a library is faster. */
    private static final int MOST_ROUNDED_ROWS = 8;

    /** Of the matrix: enough for long stretches. */
    private static final long BYTES_OF_PART = 512 * 1024;

    /** Parts come in so many, so that workers end together. */
    private static final int PARTS_TOGETHER = 2;

    private static final String METHOD = "dots";

    private static final Value.Variable SUMS = new Value.Variable("sums", KernelType.SEGMENT);
    private static final Value.Variable LEFT_AT = new Value.Variable("leftAt", KernelType.LONG);
    private static final Value.Variable RIGHT_AT = new Value.Variable("rightAt", KernelType.LONG);
    private static final Value.Variable TO = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable TO_AT = new Value.Variable("at", KernelType.LONG);
    private static final Value.Variable BEGIN = new Value.Variable("begin", KernelType.INT);
    private static final Value.Variable END = new Value.Variable("end", KernelType.INT);

    private final MatrixProduct product;
    private final TileLibrary library;
    private final List<Value.Variable> buffers;
    private final Value.Variable left;
    private final boolean rounds;
    private final boolean widens;
    /** How the matrix lies where it is multiplied. */
    private final KernelType matrix;

    private final Epilogue epilogue;
    private final Optional<Integer> written;
    private final int columnsOfPart;
    private final int streams;

    private ThinProduct(MatrixProduct product, int lanes) {
        this.product = product;
        this.library = new TileLibrary(lanes);
        this.buffers = Segments.of(product.buffers(), product.epilogue(), "left", "right");
        this.left = Segments.of("left", product.buffers().getFirst());
        this.rounds = rounds(product);
        DType stored = product.buffers().get(1).dtype();
        this.widens = rounds && stored != DType.BF16;
        this.matrix =
                widens ? KernelType.BSEGMENT : Segments.type(product.buffers().get(1));
        this.epilogue = new Epilogue(product, buffers, lanes);
        this.written = epilogue.written();
        long bytes = (widens ? DType.BF16 : stored).bytes((long) product.columns() * product.rightRow());
        int parts = Math.toIntExact(Math.ceilDiv(bytes, BYTES_OF_PART));
        int wanted = Math.ceilDiv(product.columns(), Math.ceilDiv(parts, PARTS_TOGETHER) * PARTS_TOGETHER);
        this.columnsOfPart = Math.ceilDiv(wanted, lanes) * lanes;
        this.streams = Dots.columns(Math.min(product.rows(), Dots.MOST_ROWS), product.columns(), library);
    }

    static boolean suits(MatrixProduct product) {
        return product.rows() <= (rounds(product) ? MOST_ROUNDED_ROWS : MOST_ROWS)
                && product.columns() >= Dots.FEWEST_COLUMNS
                && product.transposeRight()
                && (!product.transposeLeft() || product.rows() == 1);
    }

    private static boolean rounds(MatrixProduct product) {
        return product.buffers().getFirst().dtype() == DType.BF16;
    }

    static Kernel lower(String name, MatrixProduct product, int lanes) {
        return new ThinProduct(product, lanes).kernel(name);
    }

    private Kernel kernel(String name) {
        List<Method> methods = new ArrayList<>(List.of(dots()));
        List<Kernel.Scratch> scratch = new ArrayList<>();
        if (written.isEmpty()) {
            methods.add(epilogue.method());
            scratch.add(new Kernel.Scratch(SUMS, product.rows() * sumsStride() / Float.BYTES, false));
        }
        if (widens) {
            scratch.add(RowCopies.widened(columnsOfPart, product.rightRow()));
        }
        return new Kernel(name, List.of(), buffers, scratch, List.of(phase()), methods);
    }

    /** From row to row of the matrix. */
    private int rowBytes() {
        return Math.multiplyExact(product.rightRow(), Float.BYTES);
    }

    /** Bytes from row to row of the sums. */
    private long sumsStride() {
        return (long) columnsOfPart * Float.BYTES;
    }

    private Kernel.Phase phase() {
        int chunks = Math.ceilDiv(product.columns(), columnsOfPart);
        Emitter emitter = new Emitter();
        emitter.reserve(Kernel.PART.name());
        emitter.reserve(SUMS.name());
        emitter.reserve(RowCopies.WIDENED.name());
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        Value chunk = MatrixParts.coordinate(emitter, "chunk", Kernel.PART, 1, chunks);
        Value batch = MatrixParts.coordinate(emitter, "batch", Kernel.PART, chunks, product.batch());
        Value begin = times(chunk, columnsOfPart);
        Value from = begin instanceof Value.Literal ? begin : emitter.let("from", begin);
        Value to = chunks == 1
                ? integer(product.columns())
                : emitter.let("to", plus(from, MatrixParts.least(columnsOfPart, from, product.columns())));
        Value leftAt = times(toLong(batch), (long) product.rows() * product.depth() * Float.BYTES);
        Value rightAt = times(toLong(batch), (long) product.columns() * product.rightRow() * Float.BYTES);
        Value.Variable right = buffers.get(1);
        if (widens) {
            Value first = times(toLong(from), (long) rowBytes());
            emitter.add(RowCopies.widen(
                    library, right, plus(rightAt, first), rowBytes(), minus(to, from), product.depth()));
            right = RowCopies.WIDENED;
            rightAt = minus(new Value.Literal(KernelType.LONG, 0), first);
        }
        Value firstRow = times(batch, product.rows());
        Value memory = written.map(buffer -> (Value) buffers.get(buffer)).orElse(SUMS);
        Value at = written.isPresent()
                ? times(toLong(firstRow), (long) product.columns() * Float.BYTES)
                : times(toLong(minus(integer(0), from)), Float.BYTES);
        emitter.add(new Statement.Call(METHOD, List.of(buffers.get(0), leftAt, right, rightAt, memory, at, from, to)));
        if (written.isEmpty()) {
            emitter.loop("row", integer(0), integer(product.rows()), 1, (body, row) -> {
                body.add(epilogue.call(SUMS, times(toLong(row), sumsStride()), plus(firstRow, row), from, to));
            });
        }
        return new Kernel.Phase("multiply", Math.multiplyExact(product.batch(), chunks), emitter.statements());
    }

    /**
     * Some columns of all rows, in a few long stretches side by side, a column of each at a time: that is how memory is fastest.
     * Where they are no such number of equal stretches, the stretches overlap.
     */
    private Method dots() {
        Value.Variable right = new Value.Variable("right", matrix);
        List<Value.Variable> parameters = List.of(left, LEFT_AT, right, RIGHT_AT, TO, TO_AT, BEGIN, END);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        Value count = minus(END, BEGIN);
        Value apart = emitter.let("apart", new Value.Binary(BinaryOperator.DIVIDE, count, integer(streams)));
        Value end = minus(END, times(apart, streams - 1L));
        if (isOneLoop()) {
            List<Value> arguments = arguments(right, BEGIN, apart, 0);
            arguments.add(minus(end, BEGIN));
            emitter.add(new Statement.Call(
                    TileLibrary.over(matrix, rounds, library.stretches(product.rows(), streams)), arguments));
        } else {
            emitter.loop("column", BEGIN, emitter.let("last", end), 1, (body, column) -> {
                for (int row = 0; row < product.rows(); row += Dots.MOST_ROWS) {
                    int rows = Math.min(Dots.MOST_ROWS, product.rows() - row);
                    String method = library.dots(rows, streams, product.depth() % Dots.step(matrix, library));
                    body.add(new Statement.Call(
                            TileLibrary.over(matrix, rounds, method), arguments(right, column, apart, row)));
                }
            });
        }
        return new Method(METHOD, "Dot products of all rows with some columns.", parameters, emitter.statements());
    }

    /** Rows of f32 are long enough for a loop each, which is a little faster. */
    private boolean isOneLoop() {
        return !matrix.equals(KernelType.SEGMENT)
                && product.rows() <= Dots.MOST_ROWS
                && product.depth() % Dots.step(matrix, library) == 0
                && product.rightRow() == product.depth();
    }

    private List<Value> arguments(Value right, Value column, Value apart, int row) {
        int rowBytes = rowBytes();
        long leftStride = (long) product.depth() * Float.BYTES;
        long toStride = written.isPresent() ? (long) product.columns() * Float.BYTES : sumsStride();
        return new ArrayList<>(List.of(
                left,
                plus(LEFT_AT, row * leftStride),
                right,
                plus(RIGHT_AT, times(toLong(column), (long) rowBytes)),
                times(apart, rowBytes),
                TO,
                plus(plus(TO_AT, times(toLong(column), Float.BYTES)), row * toStride),
                integer(toStride),
                times(apart, Float.BYTES),
                integer(product.depth())));
    }
}
