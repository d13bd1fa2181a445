package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.SubsetKernel.GROUP;
import static dev.quipu.codegen.gpu.SubsetKernel.ITEM;
import static dev.quipu.codegen.gpu.SubsetKernel.array;
import static dev.quipu.codegen.gpu.SubsetKernel.binary;
import static dev.quipu.codegen.gpu.SubsetKernel.compare;
import static dev.quipu.codegen.gpu.SubsetKernel.element;
import static dev.quipu.codegen.gpu.SubsetKernel.store;
import static dev.quipu.codegen.gpu.SubsetKernel.storing;
import static dev.quipu.codegen.gpu.SubsetKernel.t;
import static dev.quipu.codegen.gpu.SubsetKernel.withArray;
import static dev.quipu.codegen.gpu.SubsetKernel.x;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Statement.Sharing;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows of the measured list "Java that must not be generated" and those of its "Limits" that concern a kernel, each with a
 * kernel that breaks it and one that says the same in a way that is translated. Not a kernel's: relaxed mathematics on OpenCL,
 * the fall-back to Java and sizes of graphs and of device memory are options of the device; 20 arguments a task, 256 tasks and
 * the 8192 bytes of a graph are the program's; {@code fromSegment}, arrays' host memory and persistence are the session's. Names
 * that OpenCL and CUDA know, scalars that are baked in and HalfFloat are the printer's (TornadoKernelWriterTest).
 */
class GpuSubsetTest {
    private static final Value ZERO = integer(0);
    private static final Value ONE = number(1, 1);

    /** A fact, what is refused for it with which reason, and what is accepted. */
    record Row(String fact, String reason, GpuKernel refused, GpuKernel accepted) {
        @Override
        public String toString() {
            return fact;
        }
    }

    static Stream<Row> measured() {
        return Stream.of(
                new Row(
                        ">> of negatives is >>> on PTX, >>> wrong everywhere",
                        "value of n: SHIFT_RIGHT of what may be negative: PTX shifts zeros in",
                        declaring(binary(BinaryOperator.SHIFT_RIGHT, t(ITEM), 3)),
                        declaring(binary(BinaryOperator.AND, binary(BinaryOperator.SHIFT_RIGHT, t(ITEM), 3), 7))),
                new Row(
                        "a mask that lets the sign through helps nothing",
                        "SHIFT_RIGHT of what may be negative",
                        declaring(binary(BinaryOperator.AND, binary(BinaryOperator.SHIFT_RIGHT, t(ITEM), 28), 0xff)),
                        declaring(binary(BinaryOperator.AND, binary(BinaryOperator.SHIFT_RIGHT, t(ITEM), 28), 0xf))),
                new Row(
                        "an int that may be negative divided by a power of two",
                        "value of n: DIVIDE of what may be negative: by a power of two",
                        declaring(binary(BinaryOperator.DIVIDE, t(ITEM), 8)),
                        declaring(binary(BinaryOperator.DIVIDE, t(ITEM), 10))),
                new Row(
                        "what is left by it",
                        "REMAINDER of what may be negative",
                        declaring(binary(BinaryOperator.REMAINDER, binary(BinaryOperator.SUBTRACT, ITEM, 32), 8)),
                        declaring(binary(
                                BinaryOperator.REMAINDER,
                                binary(BinaryOperator.SUBTRACT, integer(63), ITEM),
                                integer(8)))),
                new Row(
                        "a local array passed to a helper method",
                        "call of helper: helper method: group memory that is passed to one is addressed wrongly",
                        withArray(
                                Sharing.GROUP,
                                (emitter, tile) -> emitter.add(new Statement.Call("helper", List.of(tile)))),
                        withArray(Sharing.GROUP, (emitter, tile) -> emitter.add(new Statement.Store(tile, ITEM, ONE)))),
                new Row(
                        "new float[n] relied on as zeros",
                        "store to x: read of tile before any store to it: new arrays are not zero",
                        withArray(Sharing.ITEM, (emitter, tile) -> {
                            emitter.add(store(element(tile, ZERO), ITEM));
                            emitter.add(new Statement.Store(tile, ZERO, ONE));
                        }),
                        withArray(Sharing.ITEM, (emitter, tile) -> {
                            emitter.add(new Statement.Store(tile, ZERO, ONE));
                            emitter.add(store(element(tile, ZERO), ITEM));
                        })),
                new Row(
                        "floatToRawIntBits",
                        "store to t: FLOAT_TO_BITS: bits of floats are not translated",
                        storing(new Value.Unary(UnaryOperator.FLOAT_TO_BITS, ONE)),
                        storing(new Value.Unary(UnaryOperator.TO_INT, ONE))),
                new Row(
                        "intBitsToFloat",
                        "BITS_TO_FLOAT: bits of floats are not translated",
                        storing(new Value.Unary(UnaryOperator.BITS_TO_FLOAT, ITEM)),
                        storing(new Value.Unary(UnaryOperator.TO_FLOAT, ITEM))),
                new Row(
                        "Math.fma",
                        "FMA: Math.fma is not translated",
                        storing(new Value.Fma(ONE, ONE, ONE)),
                        storing(plus(binary(BinaryOperator.MULTIPLY, ONE, ONE), ONE))),
                new Row(
                        "float %",
                        "REMAINDER of floats: not translated",
                        storing(binary(BinaryOperator.REMAINDER, x(ITEM), ONE)),
                        storing(binary(BinaryOperator.REMAINDER, ITEM, 3))),
                new Row(
                        "a NaN constant on OpenCL",
                        "NaN: OpenCL C gets a word that it does not know",
                        storing(number(Double.NaN, 1)),
                        storing(number(Double.NEGATIVE_INFINITY, 1))),
                new Row(
                        "loops in both branches of a condition (wrong sums on PoCL)",
                        "condition: loops in both branches: TornadoVM gives variables behind them",
                        branches(List.of(loop("i")), List.of(loop("j"))),
                        SubsetKernel.of(emitter -> {
                            emitter.add(new Statement.If(
                                    compare(Comparison.LESS, ITEM, GROUP), List.of(loop("i")), List.of()));
                            emitter.add(new Statement.If(
                                    compare(Comparison.GREATER_OR_EQUAL, ITEM, GROUP), List.of(loop("j")), List.of()));
                        })),
                new Row(
                        "a choice in a loop's end (nothing written on PoCL)",
                        "loop of i: SELECT in a loop's end: TornadoVM takes its condition for the loop's",
                        SubsetKernel.of(emitter ->
                                emitter.loop("i", integer(0), choice(), 1, (inner, i) -> inner.add(store(ONE, i)))),
                        SubsetKernel.of(emitter -> emitter.loop(
                                "i",
                                integer(0),
                                emitter.let("end", choice()),
                                1,
                                (inner, i) -> inner.add(store(ONE, i))))),
                new Row(
                        "indices are int",
                        "LONG: indices are int",
                        declaring(new Value.Literal(KernelType.LONG, 1)),
                        declaring(integer(Integer.MAX_VALUE))),
                new Row(
                        "local memory is static, so 48 KB",
                        "arrays: 49156 bytes of group memory: a work-group has 49152",
                        groupMemory(12_288, 1),
                        groupMemory(12_287, 1)));
    }

    static Stream<Row> language() {
        return Stream.of(
                new Row(
                        "vectors",
                        "vector of 4: a work-item computes single numbers",
                        declaring(number(1, 4)),
                        declaring(number(1, 1))),
                new Row("splats", "SPLAT", declaring(new Value.Splat(ONE, 4)), declaring(ONE)),
                new Row("lane numbers", "LANE NUMBERS", declaring(new Value.LaneNumbers(4)), declaring(ITEM)),
                new Row(
                        "shuffles",
                        "SHUFFLE",
                        declaring(new Value.Shuffle(number(1, 2), number(1, 2), List.of(1, 0))),
                        declaring(ONE)),
                new Row("first lanes", "FIRST LANE", declaring(new Value.FirstLane(number(1, 2))), declaring(ONE)),
                new Row(
                        "longs made of ints",
                        "TO_LONG: indices are int",
                        declaring(new Value.Unary(UnaryOperator.TO_LONG, ITEM)),
                        declaring(ITEM)),
                new Row(
                        "off-heap segments",
                        "SEGMENT: a GPU's memory is FLOATS, BFLOATS and INTS",
                        declaring(new Value.Variable("segment", KernelType.SEGMENT)),
                        declaring(ONE)),
                new Row(
                        "elements outside of an array",
                        "store to tile: element 64 of tile: it has 64",
                        withArray(
                                Sharing.GROUP,
                                (emitter, tile) -> emitter.add(new Statement.Store(tile, integer(64), ONE))),
                        withArray(
                                Sharing.GROUP,
                                (emitter, tile) -> emitter.add(new Statement.Store(tile, integer(63), ONE)))),
                new Row(
                        "negative elements",
                        "elements from -64 of tile: it has 64",
                        withArray(
                                Sharing.GROUP,
                                (emitter, tile) -> emitter.add(
                                        new Statement.Store(tile, binary(BinaryOperator.SUBTRACT, ITEM, 64), ONE))),
                        withArray(
                                Sharing.GROUP,
                                (emitter, tile) -> emitter.add(new Statement.Store(
                                        tile, binary(BinaryOperator.SUBTRACT, integer(63), ITEM), ONE)))),
                new Row(
                        "allocation in a loop",
                        "array tile: allocated in a loop or under a condition",
                        SubsetKernel.of(emitter -> emitter.loop(
                                "i",
                                ZERO,
                                integer(3),
                                1,
                                (inner, i) -> inner.add(new Statement.Allocate(array("tile"), Sharing.GROUP, 4)))),
                        withArray(Sharing.GROUP, (emitter, tile) -> {})),
                new Row(
                        "allocation under a condition",
                        "array tile: allocated in a loop or under a condition",
                        SubsetKernel.of(emitter -> emitter.when(
                                compare(Comparison.EQUAL, GROUP, ZERO),
                                inner -> inner.add(new Statement.Allocate(array("tile"), Sharing.ITEM, 4)))),
                        withArray(Sharing.ITEM, (emitter, tile) -> {})),
                new Row(
                        "barriers under a condition that differs",
                        "barrier: under a condition that differs between work-items: some would not reach it",
                        SubsetKernel.of(emitter -> emitter.when(
                                compare(Comparison.LESS, ITEM, integer(32)),
                                inner -> inner.add(new Statement.Barrier()))),
                        SubsetKernel.of(emitter -> emitter.when(
                                compare(Comparison.LESS, GROUP, integer(2)),
                                inner -> inner.add(new Statement.Barrier())))),
                new Row(
                        "barriers in a loop that ends at different times",
                        "barrier: under a loop of i that differs between work-items",
                        barrierInLoop(ITEM),
                        barrierInLoop(t(GROUP))),
                new Row(
                        "barriers under what a variable took from the item's number",
                        "barrier: under a condition that differs",
                        conditionOnAssigned(ITEM),
                        conditionOnAssigned(GROUP)),
                new Row(
                        "barriers under what an item's own array holds",
                        "barrier: under a condition that differs",
                        conditionOnArray(Sharing.ITEM),
                        conditionOnArray(Sharing.GROUP)),
                new Row(
                        "names out of scope",
                        "store to x: FLOAT gone: not declared before",
                        SubsetKernel.of(emitter -> {
                            Value.Variable gone = new Value.Variable("gone", KernelType.FLOAT);
                            emitter.when(
                                    compare(Comparison.EQUAL, ITEM, ZERO),
                                    inner -> inner.add(new Statement.Declare(gone, ONE)));
                            emitter.add(store(gone, ITEM));
                        }),
                        SubsetKernel.of(emitter -> emitter.add(store(emitter.let("here", ONE), ITEM)))),
                new Row(
                        "values of another type",
                        "value of n: FLOAT: INT is expected",
                        SubsetKernel.of(emitter ->
                                emitter.add(new Statement.Declare(new Value.Variable("n", KernelType.INT), ONE))),
                        declaring(ZERO)),
                new Row(
                        "fractions as ints",
                        "INT 1.5: not an int",
                        declaring(new Value.Literal(KernelType.INT, 1.5)),
                        declaring(new Value.Literal(KernelType.INT, 1))));
    }

    @ParameterizedTest
    @MethodSource({"measured", "language"})
    void whatIsRefusedHasAReasonAndAnAlternative(Row row) {
        String line = assertThrows(AssertionError.class, () -> GpuSubset.check(row.refused()))
                .getMessage();
        assertAll(
                () -> assertTrue(line.contains("\ntested, ") && line.contains(row.reason()), line),
                () -> assertEquals(List.of(), GpuSubset.refusals(row.accepted())));
    }

    @Test
    void rangesFollowLoopsAndConditions() {
        GpuKernel halves = SubsetKernel.of(emitter -> {
            Value.Variable n = emitter.let("n", integer(64));
            emitter.loop("i", integer(0), integer(6), 1, (inner, i) -> {
                inner.add(new Statement.Assign(n, binary(BinaryOperator.SHIFT_RIGHT, n, 1)));
                inner.add(store(binary(BinaryOperator.DIVIDE, n, 2), i));
            });
        });
        GpuKernel falls = SubsetKernel.of(emitter -> {
            Value.Variable n = emitter.let("n", integer(64));
            emitter.loop("i", integer(0), integer(6), 1, (inner, i) -> {
                inner.add(store(binary(BinaryOperator.DIVIDE, n, 2), i));
                inner.add(new Statement.Assign(n, binary(BinaryOperator.SUBTRACT, n, 16)));
            });
        });
        GpuKernel guarded = SubsetKernel.of(emitter -> {
            Value.Variable token = emitter.let("token", t(ITEM));
            emitter.when(
                    compare(Comparison.GREATER_OR_EQUAL, token, ZERO),
                    inner -> inner.add(store(binary(BinaryOperator.DIVIDE, token, 2), ITEM)));
        });
        assertAll(
                () -> assertEquals(List.of(), GpuSubset.refusals(halves)),
                () -> assertEquals(1, GpuSubset.refusals(falls).size()),
                () -> assertEquals(List.of(), GpuSubset.refusals(guarded)));
    }

    @Test
    void anArrayMayBeReadWhereAnEarlierRunOfTheLoopHasStored() {
        assertEquals(List.of(), GpuSubset.refusals(pipeline(true)));
        assertEquals(1, GpuSubset.refusals(pipeline(false)).size());
    }

    private static GpuKernel pipeline(boolean guarded) {
        return withArray(
                Sharing.ITEM,
                (emitter, tile) -> emitter.loop("i", integer(0), integer(4), 1, (inner, i) -> {
                    Statement read = store(element(tile, ZERO), i);
                    if (guarded) {
                        inner.when(compare(Comparison.GREATER, i, ZERO), body -> body.add(read));
                    } else {
                        inner.add(read);
                    }
                    inner.add(new Statement.Store(tile, ZERO, ONE));
                }));
    }

    private static GpuKernel branches(List<Statement> then, List<Statement> otherwise) {
        return SubsetKernel.of(
                emitter -> emitter.add(new Statement.If(compare(Comparison.LESS, ITEM, GROUP), then, otherwise)));
    }

    private static Statement loop(String name) {
        Value.Variable variable = new Value.Variable(name, KernelType.INT);
        return new Statement.For(variable, ZERO, t(GROUP), 1, List.of(store(ONE, variable)));
    }

    private static Value choice() {
        return new Value.Select(compare(Comparison.LESS, t(GROUP), ITEM), integer(3), integer(5));
    }

    private static GpuKernel declaring(Value value) {
        return SubsetKernel.of(emitter -> emitter.let("n", value));
    }

    private static GpuKernel groupMemory(int... elements) {
        return SubsetKernel.of(emitter -> {
            for (int n : elements) {
                emitter.add(new Statement.Allocate(array(emitter.fresh("tile")), Sharing.GROUP, n));
            }
        });
    }

    private static GpuKernel barrierInLoop(Value end) {
        return SubsetKernel.of(
                emitter -> emitter.loop("i", integer(0), end, 1, (inner, i) -> inner.add(new Statement.Barrier())));
    }

    private static GpuKernel conditionOnArray(Sharing sharing) {
        return withArray(sharing, (emitter, array) -> {
            emitter.add(new Statement.Store(array, ZERO, ONE));
            emitter.when(
                    compare(Comparison.EQUAL, element(array, ZERO), ONE), inner -> inner.add(new Statement.Barrier()));
        });
    }

    private static GpuKernel conditionOnAssigned(Value value) {
        return SubsetKernel.of(emitter -> {
            Value.Variable n = emitter.let("n", integer(1));
            emitter.when(
                    compare(Comparison.EQUAL, value, ZERO), inner -> inner.add(new Statement.Assign(n, integer(2))));
            emitter.when(compare(Comparison.EQUAL, n, ZERO), inner -> inner.add(new Statement.Barrier()));
        });
    }
}
