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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products of a few rows with a matrix whose rows run along the depth: a token with a weight. The weight is read once, where
 * it lies, as dot products with all rows at a time; packing would read and write it again.
 */
final class ThinProduct {
    private static final int FLOATS_OF_PART = 64 * 1024;
    private static final String METHOD = "dots";

    private static final Value.Variable SUMS = new Value.Variable("sums", KernelType.SEGMENT);
    private static final Value.Variable LEFT = new Value.Variable("left", KernelType.SEGMENT);
    private static final Value.Variable LEFT_AT = new Value.Variable("leftAt", KernelType.LONG);
    private static final Value.Variable RIGHT = new Value.Variable("right", KernelType.SEGMENT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("rightAt", KernelType.LONG);
    private static final Value.Variable TO = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable TO_AT = new Value.Variable("at", KernelType.LONG);
    private static final Value.Variable BEGIN = new Value.Variable("begin", KernelType.INT);
    private static final Value.Variable END = new Value.Variable("end", KernelType.INT);

    private final MatrixProduct product;
    private final TileLibrary library;
    private final List<Value.Variable> buffers;
    private final Epilogue epilogue;
    private final Optional<Integer> written;
    private final int columnsOfPart;

    private ThinProduct(MatrixProduct product, int lanes) {
        this.product = product;
        this.library = new TileLibrary(lanes);
        this.buffers = Segments.of(product.buffers(), product.epilogue(), "left", "right");
        this.epilogue = new Epilogue(product, buffers, lanes);
        this.written = epilogue.written();
        int wanted = Math.ceilDiv(FLOATS_OF_PART, product.depth());
        this.columnsOfPart = Math.ceilDiv(Math.min(wanted, product.columns()), lanes) * lanes;
    }

    static boolean suits(MatrixProduct product) {
        return product.rows() <= Dots.MOST_ROWS
                && product.columns() >= Dots.COLUMNS
                && product.transposeRight()
                && (!product.transposeLeft() || product.rows() == 1);
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
        return new Kernel(name, List.of(), buffers, scratch, List.of(phase()), methods);
    }

    /** Bytes from row to row of the sums. The first columns of a part may come again from the part before. */
    private long sumsStride() {
        return (long) (columnsOfPart + Dots.COLUMNS) * Float.BYTES;
    }

    private Kernel.Phase phase() {
        int chunks = Math.ceilDiv(product.columns(), columnsOfPart);
        Emitter emitter = new Emitter();
        emitter.reserve(Kernel.PART.name());
        emitter.reserve(SUMS.name());
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        Value chunk = MatrixParts.coordinate(emitter, "chunk", Kernel.PART, 1, chunks);
        Value batch = MatrixParts.coordinate(emitter, "batch", Kernel.PART, chunks, product.batch());
        Value begin = times(chunk, columnsOfPart);
        Value from = begin instanceof Value.Literal ? begin : emitter.let("from", begin);
        Value to = chunks == 1
                ? integer(product.columns())
                : emitter.let("to", plus(from, MatrixParts.least(columnsOfPart, from, product.columns())));
        long rowBytes = (long) product.depth() * Float.BYTES;
        Value leftAt = times(toLong(batch), product.rows() * rowBytes);
        Value rightAt = times(toLong(batch), product.columns() * rowBytes);
        Value firstRow = times(batch, product.rows());
        Value memory = written.map(buffer -> (Value) buffers.get(buffer)).orElse(SUMS);
        Value at = written.isPresent()
                ? times(toLong(firstRow), (long) product.columns() * Float.BYTES)
                : times(toLong(minus(integer(Dots.COLUMNS), from)), Float.BYTES);
        emitter.add(new Statement.Call(
                METHOD, List.of(buffers.get(0), leftAt, buffers.get(1), rightAt, memory, at, from, to)));
        if (written.isEmpty()) {
            emitter.loop("row", integer(0), integer(product.rows()), 1, (body, row) -> {
                Value sums = plus(times(toLong(row), sumsStride()), (long) Dots.COLUMNS * Float.BYTES);
                body.add(epilogue.call(SUMS, sums, plus(firstRow, row), from, to));
            });
        }
        return new Kernel.Phase("multiply", Math.multiplyExact(product.batch(), chunks), emitter.statements());
    }

    /** Some columns of all rows; the last group of columns is moved up so that it is whole. */
    private Method dots() {
        List<Value.Variable> parameters = List.of(LEFT, LEFT_AT, RIGHT, RIGHT_AT, TO, TO_AT, BEGIN, END);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        int stride = Math.multiplyExact(product.depth(), Float.BYTES);
        long toStride = written.isPresent() ? (long) product.columns() * Float.BYTES : sumsStride();
        emitter.loop("group", BEGIN, END, Dots.COLUMNS, (body, group) -> {
            Value column = product.columns() % Dots.COLUMNS == 0
                    ? group
                    : body.let(
                            "column",
                            new Value.Binary(BinaryOperator.MIN, group, integer(product.columns() - Dots.COLUMNS)));
            body.add(new Statement.Call(
                    library.dots(product.rows(), product.depth() % library.lanes()),
                    List.of(
                            LEFT,
                            LEFT_AT,
                            RIGHT,
                            plus(RIGHT_AT, times(toLong(column), (long) stride)),
                            integer(stride),
                            TO,
                            plus(TO_AT, times(toLong(column), Float.BYTES)),
                            integer(toStride),
                            integer(product.depth()))));
        });
        return new Method(METHOD, "Dot products of all rows with some columns.", parameters, emitter.statements());
    }
}
