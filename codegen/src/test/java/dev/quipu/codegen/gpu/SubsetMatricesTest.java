package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.SubsetKernel.GROUP;
import static dev.quipu.codegen.gpu.SubsetKernel.ITEM;
import static dev.quipu.codegen.gpu.SubsetKernel.X;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Statement.Sharing;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.kernel.Value.MatrixOperator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused of matrix units: each row is a kernel that is accepted, with one mistake. */
class SubsetMatricesTest {
    private static final Value.Variable WORDS = new Value.Variable("words", KernelType.WORDS);

    record Row(String reason, GpuKernel kernel) {
        @Override
        public String toString() {
            return reason;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row("LEFT: RIGHT is expected", product(body -> {
                    Value.Variable left = left(body, integer(0));
                    body.let("sums", new Matrix(MatrixOperator.MULTIPLY_ADD, List.of(left, left, zeros(body))));
                })),
                new Row(
                        "1 operands: 2 are expected",
                        product(body -> body.let("left", new Matrix(MatrixOperator.LOAD_LEFT, List.of(WORDS))))),
                new Row("it has 1024", product(body -> left(body, integer(516)))),
                new Row(
                        "all of a warp take part",
                        product(body -> body.when(
                                new Value.Compare(Comparison.LESS, ITEM, integer(32)),
                                inner -> left(inner, integer(0))))),
                new Row("all of a warp take part", product(body -> {
                    Value.Variable sums = zeros(body);
                    body.when(
                            new Value.Compare(Comparison.EQUAL, ITEM, integer(0)),
                            inner -> inner.add(new Statement.StoreMatrix(X.array(), X.base(), 8, sums)));
                })),
                new Row(
                        "multiples of 4 keep",
                        product(body -> body.add(new Statement.Allocate(
                                new Value.Variable("odd", KernelType.ARRAY), Sharing.GROUP, 65)))),
                new Row("read of others before any store to it", product(body -> {
                    Value.Variable others = new Value.Variable("others", KernelType.WORDS);
                    body.add(new Statement.Allocate(others, Sharing.GROUP, 128));
                    body.let("left", new Matrix(MatrixOperator.LOAD_LEFT, List.of(others, integer(0))));
                })),
                new Row(
                        "an ARRAY, or a group's WORDS",
                        product(body -> body.add(
                                new Statement.Allocate(new Value.Variable("own", KernelType.WORDS), Sharing.ITEM, 4)))),
                new Row("ARRAY: FLOATS is expected", product(body -> {
                    Value.Variable local = new Value.Variable("local", KernelType.ARRAY);
                    body.add(new Statement.Allocate(local, Sharing.GROUP, 128));
                    body.add(new Statement.StoreMatrix(local, integer(0), 8, zeros(body)));
                })));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatIsRefusedHasAReason(Row row) {
        List<String> refusals = GpuSubset.refusals(row.kernel(), GpuTarget.MATRICES);
        assertEquals(1, refusals.size(), refusals::toString);
        assertTrue(refusals.getFirst().contains(row.reason()), refusals::toString);
    }

    @Test
    void aProductIsAcceptedWhereThereAreMatrixUnits() {
        GpuKernel kernel = product(body -> {});
        assertEquals(List.of(), GpuSubset.refusals(kernel, GpuTarget.MATRICES));
        List<String> refusals = GpuSubset.refusals(kernel);
        assertTrue(refusals.getFirst().contains("not every GPU has matrix units"), refusals::toString);
    }

    @Test
    void warpsAreWhole() {
        GpuKernel whole = product(body -> {});
        GpuKernel kernel = new GpuKernel("tested", List.of(), whole.memories(), 1, 48, whole.body());
        assertTrue(GpuSubset.refusals(kernel, GpuTarget.MATRICES).getFirst().contains("they come in whole warps"));
    }

    /** Two left matrices in local memory, a product, and something more. */
    private static GpuKernel product(Consumer<Emitter> more) {
        return SubsetKernel.of(body -> {
            body.add(new Statement.Allocate(WORDS, Sharing.GROUP, 256));
            body.loop(
                    "i",
                    integer(0),
                    integer(4),
                    1,
                    (loop, i) -> loop.add(new Statement.Store(
                            WORDS, plus(ITEM, times(i, 64)), new Value.Pair(number(1, 1), number(2, 1)))));
            body.add(new Statement.Barrier());
            Value.Variable right = body.let("right", new Matrix(MatrixOperator.LOAD_RIGHT, List.of(WORDS, integer(0))));
            Value.Variable sums = body.let(
                    "sums",
                    new Matrix(MatrixOperator.MULTIPLY_ADD, List.of(left(body, integer(512)), right, zeros(body))));
            body.add(new Statement.StoreMatrix(X.array(), plus(X.base(), times(GROUP, 128)), 8, sums));
            more.accept(body);
        });
    }

    private static Value.Variable left(Emitter body, Value byteOffset) {
        return body.let("left", new Matrix(MatrixOperator.LOAD_LEFT, List.of(WORDS, byteOffset)));
    }

    private static Value.Variable zeros(Emitter body) {
        return body.let("zeros", new Matrix(MatrixOperator.ZEROS, List.of()));
    }
}
