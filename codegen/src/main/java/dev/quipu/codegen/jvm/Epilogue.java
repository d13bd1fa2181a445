package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.ElementLowering;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What happens to a product's elements, as a method that takes finished ones from scratch memory while they are in cache.
 * Where it is only to write them, tiles can do it themselves.
 */
final class Epilogue {
    private static final String METHOD = "epilogue";
    private static final String ROWS_METHOD = "finish";

    private static final Value.Variable BLOCK = new Value.Variable("block", KernelType.SEGMENT);
    private static final Value.Variable BLOCK_AT = new Value.Variable("blockAt", KernelType.LONG);
    private static final Value.Variable ROW = new Value.Variable("row", KernelType.INT);
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);
    private static final Value.Variable FROM = new Value.Variable("from", KernelType.INT);
    private static final Value.Variable TO = new Value.Variable("to", KernelType.INT);

    private final MatrixProduct product;
    private final List<Value.Variable> buffers;
    private final int lanes;

    Epilogue(MatrixProduct product, List<Value.Variable> buffers, int lanes) {
        this.product = product;
        this.buffers = buffers;
        this.lanes = product.columns() == 1 || isStrided(product) ? 1 : lanes;
    }

    /** Vectors need elements side by side. */
    private static boolean isStrided(MatrixProduct product) {
        return accesses(product).anyMatch(access -> access.columnStride() != 0 && access.columnStride() != 1);
    }

    private static Stream<Access> accesses(MatrixProduct product) {
        return product.epilogue().stream().flatMap(step -> switch (step) {
            case Step.Load load -> Stream.of(load.access());
            case Step.Store store -> Stream.of(store.access());
            case Step.Map map -> Stream.empty();
            case Step.Reduce reduce -> throw new AssertionError("a product's epilogue has no reductions");
        });
    }

    /** The buffer that takes the product as it is, where that is all. */
    Optional<Integer> written() {
        return whole().filter(store -> !store.accumulate())
                .map(store -> store.access().buffer());
    }

    /** The buffer that the product is added to, where that is all. */
    Optional<Integer> added() {
        return whole().filter(Step.Store::accumulate)
                .map(store -> store.access().buffer());
    }

    /** The store that writes or adds the product as it is, where that is all. */
    Optional<Step.Store> whole() {
        return product.epilogue().size() == 1
                        && product.epilogue().getFirst() instanceof Step.Store store
                        && store.name().equals(MatrixProduct.PRODUCT)
                        && store.access().isDense(product.space())
                        && product.buffers().get(store.access().buffer()).dtype() == DType.F32
                ? Optional.of(store)
                : Optional.empty();
    }

    /** A call for the columns {@code from} to {@code to} of a row, whose elements begin at an address of the block. */
    Statement call(Value block, Value blockAt, Value row, Value from, Value to) {
        List<Value> arguments = new ArrayList<>(buffers);
        arguments.addAll(List.of(block, blockAt, row, from, to));
        return new Statement.Call(METHOD, arguments);
    }

    /** A call for some columns of some rows, which begin at the beginning of the block. */
    Statement callRows(Value block, Value row, Value rows, Value from, Value to) {
        List<Value> arguments = new ArrayList<>(buffers);
        arguments.addAll(List.of(block, row, rows, from, to));
        return new Statement.Call(ROWS_METHOD, arguments);
    }

    /**
     * The method that is called.
     *
     * @param rowBytes from row to row of the block
     */
    Method rowsMethod(int rowBytes) {
        Emitter emitter = new Emitter();
        List<Value.Variable> parameters = new ArrayList<>(buffers);
        parameters.addAll(List.of(BLOCK, ROW, ROWS, FROM, TO));
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        emitter.loop("i", Emitter.integer(0), ROWS, 1, (body, i) -> {
            Value at = Emitter.toLong(Emitter.times(i, rowBytes));
            body.add(call(BLOCK, at, Emitter.plus(ROW, i), FROM, TO));
        });
        return new Method(ROWS_METHOD, "What becomes of some rows.", parameters, emitter.statements());
    }

    /** What {@link #rowsMethod} calls for the columns {@code from} to {@code to} of a row: whole vectors, then the row's end. */
    Method method() {
        Emitter emitter = new Emitter();
        List<Value.Variable> parameters = new ArrayList<>(buffers);
        parameters.addAll(List.of(BLOCK, BLOCK_AT, ROW, FROM, TO));
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        // a width of 2 stands for any: that rows of one element have no vectors is settled by the number of lanes
        RowValues values =
                new RowValues(product.buffers(), buffers, product.epilogue(), lanes, Math.max(2, product.columns()));
        RowAddresses addresses = new RowAddresses(emitter, product.space(), buffers, ROW);
        accesses(product).distinct().forEach(access -> values.defineAddress(access, addresses.of(access)));
        rowValues(emitter, values);
        int whole = product.columns() - product.columns() % lanes;
        boolean ragged = whole < product.columns();
        Value end = ragged ? new Value.Binary(BinaryOperator.MIN, TO, Emitter.integer(whole)) : TO;
        emitter.loop(
                "column",
                FROM,
                ragged ? emitter.let("end", end) : end,
                lanes,
                (body, column) -> elements(body, values, column, lanes));
        if (ragged) {
            Value inside = new Value.Compare(Value.Comparison.GREATER, TO, Emitter.integer(whole));
            emitter.when(inside, body -> elements(body, values, Emitter.integer(whole), product.columns() - whole));
        }
        return new Method(METHOD, "What becomes of a row's elements.", parameters, emitter.statements());
    }

    private void rowValues(Emitter emitter, RowValues values) {
        Function<String, Value> names = values::rowValue;
        for (Step step : product.epilogue()) {
            switch (step) {
                case Step.Load load
                when values.isRowValue(load.name()) ->
                    values.defineRow(load.name(), emitter.let(load.name(), values.loadSingle(load.access())));
                case Step.Map map
                when values.isRowValue(map.name()) -> {
                    Value value = new ElementLowering(new JvmFunctions(emitter, 1), names).lower(map.expression());
                    values.defineRow(map.name(), emitter.let(map.name(), value));
                }
                default -> {}
            }
        }
        stores().forEach(store ->
                values.rowNames(new Expression.Name(store.name())).forEach(name -> values.repeat(emitter, name)));
    }

    private Stream<Step.Store> stores() {
        return product.epilogue().stream()
                .filter(step -> step instanceof Step.Store)
                .map(Step.Store.class::cast);
    }

    private void elements(Emitter emitter, RowValues values, Value column, int active) {
        RowValues.Elements elements = values.new Elements(emitter, column, active);
        Value offset = Emitter.toLong(Emitter.times(Emitter.minus(column, FROM), Emitter.integer(Float.BYTES)));
        Value element = new Value.Load(KernelType.floats(lanes), BLOCK, Emitter.plus(BLOCK_AT, offset), active);
        elements.define(MatrixProduct.PRODUCT, emitter.let(MatrixProduct.PRODUCT, element));
        elements.store(stores().toList());
    }
}
