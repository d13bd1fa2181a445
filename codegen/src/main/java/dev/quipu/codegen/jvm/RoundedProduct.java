package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.dsl.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products of bf16 on the JVM, whose vectors have no such multiplication: each part asks a library for its piece, in f32, and
 * the epilogue takes it while it is in cache. Where the product is only written, or added to a gradient, the library does that
 * where it belongs.
 */
final class RoundedProduct {
    private static final Value.Variable KEPT = new Value.Variable("kept", KernelType.SEGMENT);
    private static final Value START = new Value.Literal(KernelType.LONG, 0);

    private final MatrixProduct product;
    private final List<Value.Variable> buffers;
    private final Epilogue epilogue;
    /** The buffer that the library itself changes. */
    private final Optional<Integer> written;

    private final RoundedBlocking blocking;

    private RoundedProduct(MatrixProduct product, int lanes) {
        this.product = product;
        this.buffers = Segments.of(product.buffers(), product.epilogue(), "left", "right");
        this.epilogue = new Epilogue(product, buffers, lanes);
        this.written = epilogue.written().or(epilogue::added);
        this.blocking = RoundedBlocking.of(product, written.isEmpty());
    }

    /** Whether the factors, which are of one type, are bf16. */
    static boolean suits(MatrixProduct product) {
        return product.buffers().getFirst().dtype() == DType.BF16;
    }

    static Kernel lower(String name, MatrixProduct product, int lanes) {
        return new RoundedProduct(product, lanes).kernel(name);
    }

    private Kernel kernel(String name) {
        List<Method> methods = new ArrayList<>();
        List<Kernel.Scratch> scratch = new ArrayList<>();
        if (written.isEmpty()) {
            scratch.add(new Kernel.Scratch(KEPT, (long) blocking.rowsOfPart() * blocking.keptRow(), false));
            methods.add(epilogue.method());
            methods.add(epilogue.rowsMethod(Math.multiplyExact(blocking.keptRow(), Float.BYTES)));
        }
        return new Kernel(name, List.of(), buffers, scratch, products(), 1, List.of(phase()), methods);
    }

    /** The pieces' shapes: whole ones, and those of the last rows and columns. */
    private List<Kernel.Product> products() {
        List<Kernel.Product> products = new ArrayList<>();
        for (boolean lastRows : choices(blocking.lastRows())) {
            for (boolean lastColumns : choices(blocking.lastColumns())) {
                products.add(new Kernel.Product(
                        name(lastRows, lastColumns),
                        shape(
                                lastRows ? blocking.lastRows() : blocking.rowsOfPart(),
                                lastColumns ? blocking.lastColumns() : blocking.columnsOfPart())));
            }
        }
        return products;
    }

    private static List<Boolean> choices(int last) {
        return last == 0 ? List.of(false) : List.of(false, true);
    }

    private static String name(boolean lastRows, boolean lastColumns) {
        return "product" + (lastRows ? "OfLastRows" : "") + (lastColumns ? "OfLastColumns" : "");
    }

    private ProductShape shape(int rows, int columns) {
        return new ProductShape(
                rows,
                columns,
                product.depth(),
                leftRow(),
                product.transposeLeft() ? product.rows() : 1,
                product.transposeRight() ? 1 : product.columns(),
                rightColumn(),
                written.isPresent() ? product.columns() : blocking.keptRow(),
                epilogue.added().isPresent());
    }

    private long leftRow() {
        return product.transposeLeft() ? 1 : product.depth();
    }

    private long rightColumn() {
        return product.transposeRight() ? product.depth() : 1;
    }

    private Kernel.Phase phase() {
        Emitter emitter = new Emitter();
        emitter.reserve(Kernel.PART.name());
        emitter.reserve(KEPT.name());
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        products().forEach(piece -> emitter.reserve(piece.name()));
        int groups = blocking.groups();
        Value group = MatrixParts.coordinate(emitter, "group", Kernel.PART, 1, groups);
        Value chunk = MatrixParts.coordinate(emitter, "chunk", Kernel.PART, groups, blocking.chunks());
        Value batch =
                MatrixParts.coordinate(emitter, "batch", Kernel.PART, groups * blocking.chunks(), product.batch());
        Value row = let(emitter, "row", times(chunk, blocking.rowsOfPart()));
        Value from = let(emitter, "from", times(group, blocking.columnsOfPart()));
        Value rows = let(emitter, "rows", MatrixParts.least(blocking.rowsOfPart(), row, product.rows()));
        Value columns = let(emitter, "columns", MatrixParts.least(blocking.columnsOfPart(), from, product.columns()));
        Value firstRow = plus(times(batch, product.rows()), row);
        Value to = written.isEmpty() ? KEPT : buffers.get(written.get());
        Value at = written.isEmpty() ? START : plus(times(toLong(firstRow), (long) product.columns()), toLong(from));
        Value left = plus(times(toLong(batch), (long) product.rows() * product.depth()), times(toLong(row), leftRow()));
        Value right = plus(
                times(toLong(batch), (long) product.columns() * product.depth()), times(toLong(from), rightColumn()));
        List<Value> arguments = List.of(buffers.get(0), left, buffers.get(1), right, to, at);
        emitter.add(byRows(rows, columns, arguments));
        if (written.isEmpty()) {
            emitter.add(epilogue.callRows(KEPT, firstRow, rows, from, plus(from, columns)));
        }
        return new Kernel.Phase("multiply", blocking.parts(), emitter.statements());
    }

    private static Value let(Emitter emitter, String name, Value value) {
        return value instanceof Value.Literal ? value : emitter.let(name, value);
    }

    private Statement byRows(Value rows, Value columns, List<Value> arguments) {
        Statement whole = byColumns(false, columns, arguments);
        return blocking.lastRows() == 0
                ? whole
                : new Statement.If(
                        Values.same(rows, integer(blocking.rowsOfPart())),
                        List.of(whole),
                        List.of(byColumns(true, columns, arguments)));
    }

    private Statement byColumns(boolean lastRows, Value columns, List<Value> arguments) {
        Statement whole = new Statement.Call(name(lastRows, false) + ".multiply", arguments);
        return blocking.lastColumns() == 0
                ? whole
                : new Statement.If(
                        Values.same(columns, integer(blocking.columnsOfPart())),
                        List.of(whole),
                        List.of(new Statement.Call(name(lastRows, true) + ".multiply", arguments)));
    }
}
