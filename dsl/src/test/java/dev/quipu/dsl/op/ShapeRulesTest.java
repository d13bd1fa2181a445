package dev.quipu.dsl.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Function;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Formula;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** For every op: shapes that it takes with the types that it gives, and shapes that it refuses with the reason. */
class ShapeRulesTest {
    /** Types are written without names, {@code "f32[2, 3]"}; dimensions get the names a, b, c, ... */
    record Row(Op op, String inputs, String expected) {
        @Override
        public String toString() {
            return op + " of " + inputs;
        }
    }

    private static Row row(Op op, String inputs, String expected) {
        return new Row(op, inputs, expected);
    }

    static Stream<Row> accepted() {
        return Stream.of(ACCEPTED_ROWS, ACCEPTED_POSITIONS, ACCEPTED_MOVEMENTS).flatMap(List::stream);
    }

    private static final List<Row> ACCEPTED_ROWS = List.of(
            row(new Input("x", type("i32[2]")), "", "i32[a=2]"),
            row(new Constant(1, type("f32[2, 3]")), "", "f32[a=2, b=3]"),
            row(new ReadState("w", type("f32[2]")), "", "f32[a=2]"),
            row(new WriteState("w"), "i32[2]", ""),
            row(new AccumulateState("w"), "f32[2]", ""),
            row(new Embedding(), "f32[11, 8]; i32[2, 3]", "f32[a=2, b=3, b=8]"),
            row(new EmbeddingBackward(new Dim("v", 11)), "i32[2, 3]; f32[2, 3, 8]", "f32[v=11, c=8]"),
            row(new RmsNorm(1e-5f), "f32[2, 8]; f32[8]", "f32[a=2, b=8], f32[a=2, one=1]"),
            row(new LayerNorm(1e-5f), "f32[8]; f32[8]; f32[8]", "f32[a=8], f32[one=1], f32[one=1]"),
            row(new Softmax(), "f32[2, 3]", "f32[a=2, b=3]"),
            row(new CrossEntropy(), "f32[2, 3, 8]; i32[2, 3]", "f32[a=2, b=3, one=1], f32[a=2, b=3, one=1]"),
            row(new CrossEntropyBackward(), "f32[2, 8]; i32[2]; f32[2, 1]; f32[2, 1]", "f32[a=2, b=8]"),
            row(new MatMul(false, false), "f32[2, 3]; f32[3, 5]", "f32[a=2, b=5]"),
            row(new MatMul(false, true), "f32[7, 2, 3]; f32[5, 3]", "f32[a=7, b=2, a=5]"),
            row(new MatMul(true, false), "f32[7, 3, 2]; f32[7, 3, 5]", "f32[a=7, c=2, c=5]"),
            row(new MatMul(true, true), "f32[3, 2]; f32[5, 3]", "f32[b=2, a=5]"),
            row(new MatMul(false, true), "bf16[7, 2, 3]; bf16[5, 3]", "f32[a=7, b=2, a=5]"),
            row(new MatMul(false, true), "bf16[7, 2, 3]; int8[5, 3]", "f32[a=7, b=2, a=5]"),
            row(pointwise("x + y"), "f32[2, 1]; f32[3]", "f32[a=2, a=3]"),
            row(pointwise("x + y"), "f32[1, 3]; f32[4, 2, 1]", "f32[a=4, b=2, b=3]"),
            row(pointwise("x + y + z"), "f32[1]; f32[1, 1]; f32[2, 2]", "f32[a=2, b=2]"),
            row(new Sum(List.of(0, 2)), "f32[2, 3, 4]", "f32[a=1, b=3, c=1]"),
            row(new Call(identity()), "f32[2]", "f32[a=2]"));

    private static final List<Row> ACCEPTED_POSITIONS = List.of(
            row(new RopeTable(1e4, 16, 8), "", "f32[position=16, angle=8]"),
            row(new Rope(false), "f32[2, 3, 4, 8]; f32[16, 8]", "f32[a=2, b=3, c=4, d=8]"),
            row(new Rope(true), "f32[2, 3, 4, 8]; f32[3, 8]; i32[2]", "f32[a=2, b=3, c=4, d=8]"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 2, 8]; f32[2, 3, 2, 8]",
                    "f32[a=2, b=3, c=4, d=8], f32[a=2, c=4, b=3]"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 2, 8]; f32[2, 3, 2, 8]; i32[2, 3]",
                    "f32[a=2, b=3, c=4, d=8], f32[a=2, c=4, b=3]"),
            row(
                    new AttentionBackward(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 1, 8]; f32[2, 3, 1, 8]; f32[2, 3, 4, 8]; f32[2, 4, 3]; f32[2, 3, 4, 8];"
                            + " i32[2, 3]",
                    "f32[a=2, b=3, c=4, d=8], f32[a=2, b=3, c=1, d=8], f32[a=2, b=3, c=1, d=8]"),
            row(
                    new AttentionBackward(5, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 1, 8]; f32[2, 3, 1, 8]; f32[2, 3, 4, 8]; f32[2, 4, 3]; f32[2, 3, 4, 8]",
                    "f32[a=2, b=3, c=4, d=8], f32[a=2, b=3, c=1, d=8], f32[a=2, b=3, c=1, d=8]"),
            row(
                    new Attention(0, 1),
                    "bf16[2, 3, 4, 8]; bf16[2, 3, 2, 8]; bf16[2, 3, 2, 8]",
                    "f32[a=2, b=3, c=4, d=8], f32[a=2, c=4, b=3]"),
            row(
                    new AttentionBackward(0, 1),
                    "bf16[2, 3, 4, 8]; bf16[2, 3, 1, 8]; bf16[2, 3, 1, 8]; bf16[2, 3, 4, 8]; f32[2, 4, 3];"
                            + " bf16[2, 3, 4, 8]",
                    "f32[a=2, b=3, c=4, d=8], f32[a=2, b=3, c=1, d=8], f32[a=2, b=3, c=1, d=8]"),
            row(new CacheWrite("k"), "f32[2, 9, 2, 8]; f32[2, 3, 2, 8]; i32[2]", "f32[a=2, b=9, c=2, d=8]"),
            row(
                    new CachedAttention(4, 1),
                    "f32[2, 3, 4, 8]; f32[2, 9, 2, 8]; f32[2, 9, 2, 8]; i32[2]",
                    "f32[a=2, b=3, c=4, d=8]"));

    private static final List<Row> ACCEPTED_MOVEMENTS = List.of(
            row(new Cast(DType.I32), "f32[2]", "i32[a=2]"),
            row(new Cast(DType.BF16), "f32[2]", "bf16[a=2]"),
            row(new Transpose(List.of(1, 0)), "bf16[2, 3]", "bf16[b=3, a=2]"),
            row(new Reshape(shape("[6]")), "i32[2, 3]", "i32[a=6]"),
            row(new Broadcast(shape("[4, 2, 3]")), "f32[2, 1]", "f32[a=4, b=2, c=3]"),
            row(new Transpose(List.of(2, 0, 1)), "f32[2, 3, 4]", "f32[c=4, a=2, b=3]"),
            row(new Slice(1, 2, 1), "i32[2, 3]", "i32[a=2, b=1]"),
            row(new Pad(0, 1, 2), "f32[2, 3]", "f32[a=5, b=3]"),
            row(new Concat(1), "f32[2, 3]; f32[2, 1]; f32[2, 2]", "f32[a=2, b=6]"));

    static Stream<Row> refused() {
        return Stream.of(REFUSED_ROWS, REFUSED_POSITIONS, REFUSED_MOVEMENTS).flatMap(List::stream);
    }

    private static final List<Row> REFUSED_ROWS = List.of(
            row(new Input("x", type("i32[2]")), "f32[1]", "expected 0 inputs, found 1"),
            row(new Constant(1, type("i32[2]")), "", "expected numbers of type f32, found i32[a=2]"),
            row(new ReadState("w", type("f32[2]")), "f32[1]", "expected 0 inputs, found 1"),
            row(new WriteState("w"), "", "expected 1 input, found 0"),
            row(new AccumulateState("w"), "i32[2]", "expected numbers of type f32, found i32[a=2]"),
            row(new Embedding(), "f32[8]; i32[2]", "expected a table of two dimensions, found f32[a=8]"),
            row(new Embedding(), "f32[11, 8]; f32[2]", "expected integers of type i32, found f32[a=2]"),
            row(
                    new EmbeddingBackward(new Dim("v", 11)),
                    "i32[3]; f32[4, 8]",
                    "expected a gradient row for every id i32[a=3], found f32[a=4, b=8]"),
            row(
                    new EmbeddingBackward(new Dim("v", 11)),
                    "i32[3]; f32[]",
                    "expected a gradient of at least one dimension, found f32[]"),
            row(new RmsNorm(1), "f32[2, 8]; f32[2]", "expected a weight of one dimension b=8, found f32[a=2]"),
            row(new RmsNorm(1), "f32[2, 8]; f32[1, 8]", "expected a weight of one dimension b=8, found f32[a=1, b=8]"),
            row(new RmsNorm(1), "f32[]; f32[1]", "expected an input of at least one dimension, found f32[]"),
            row(new LayerNorm(1), "f32[8]; f32[8]; f32[1]", "expected a bias of one dimension a=8, found f32[a=1]"),
            row(new Softmax(), "i32[2]", "expected numbers of type f32, found i32[a=2]"),
            row(
                    new CrossEntropy(),
                    "f32[2, 8]; i32[3]",
                    "expected a target for every row of logits [a=2, b=8], found i32[a=3]"),
            row(
                    new CrossEntropyBackward(),
                    "f32[2, 8]; i32[2]; f32[2]; f32[2, 1]",
                    "expected a log-sum-exp of type f32[a=2, one=1], found f32[a=2]"),
            row(
                    new CrossEntropyBackward(),
                    "f32[2, 8]; i32[2]; f32[2, 1]; i32[2, 1]",
                    "expected a gradient of type f32[a=2, one=1], found i32[a=2, b=1]"),
            row(
                    new MatMul(false, false),
                    "f32[2, 3]; f32[5, 3]",
                    "expected a right matrix whose inner dimension has the left's size b=3, found f32[a=5, b=3]"),
            row(
                    new MatMul(false, true),
                    "f32[2, 3]; f32[3, 5]",
                    "expected a right matrix whose inner dimension has the left's size b=3, found f32[a=3, b=5]"
                            + " (stored transposed)"),
            row(
                    new MatMul(false, false),
                    "f32[7, 2, 3]; f32[6, 3, 5]",
                    "expected equal leading dimensions [a=7], found f32[a=6, b=3, c=5]"),
            row(
                    new MatMul(true, false),
                    "f32[7, 3, 2]; f32[3, 5]",
                    "expected equal leading dimensions [a=7], found f32[a=3, b=5]"),
            row(
                    new MatMul(false, false),
                    "f32[2, 3]; bf16[3, 5]",
                    "expected inputs of one type, found [f32[a=2, b=3], bf16[a=3, b=5]]"),
            row(
                    new MatMul(false, false),
                    "i32[2, 3]; i32[3, 5]",
                    "expected numbers of type f32 or bf16, found i32[a=2, b=3]"),
            row(pointwise("2 * x"), "bf16[2]", "expected numbers of type f32, found bf16[a=2]"),
            row(
                    new MatMul(false, false),
                    "f32[3]; f32[3, 5]",
                    "expected a left matrix of at least two dimensions, found f32[a=3]"),
            row(
                    pointwise("x + y"),
                    "f32[2, 3]; f32[2]",
                    "expected dimension b=3 to meet the same size or 1, found a=2 (shapes [a=2, b=3] and [a=2])"),
            row(
                    pointwise("x + y"),
                    "f32[2]",
                    "expected one input for each of the names [x, y] of \"x + y\", found 1 inputs"),
            row(pointwise("1"), "", "expected a formula with at least one name, found \"1\""),
            row(new Sum(List.of(1, 0)), "f32[2, 3]", "expected distinct ascending axes of [a=2, b=3], found [1, 0]"),
            row(new Sum(List.of(-1)), "f32[2, 3]", "expected distinct ascending axes of [a=2, b=3], found [-1]"),
            row(new Call(identity()), "f32[3]", "expected argument 0 of type f32[a=2], found f32[a=3]"),
            row(new Call(identity()), "i32[2]", "expected argument 0 of type f32[a=2], found i32[a=2]"));

    private static final List<Row> REFUSED_POSITIONS = List.of(
            row(new RopeTable(1e4, 16, 7), "", "expected an even head size, found 7"),
            row(new RopeTable(0, 16, 8), "", "expected a positive theta, found 0.0"),
            row(
                    new Rope(false),
                    "f32[2, 3, 8]; f32[16, 8]",
                    "expected an input [batch, sequence, heads, head size], found f32[a=2, b=3, c=8]"),
            row(
                    new Rope(false),
                    "f32[2, 3, 4, 8]; f32[16, 4]",
                    "expected a table of angles as wide as a head, d=8, found f32[a=16, b=4]"),
            row(
                    new Rope(false),
                    "f32[2, 3, 4, 8]; f32[2, 8]",
                    "expected angles for all b=3 positions, found f32[a=2, b=8]"),
            row(
                    new Rope(false),
                    "f32[2, 3, 4, 8]; f32[16, 8]; i32[1]",
                    "expected a position for each row of the batch, i32[a=2], found i32[a=1]"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 3, 8]; f32[2, 3, 3, 8]",
                    "expected a number of key heads that divides the 4 query heads, found 3"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 4, 4, 8]; f32[2, 4, 4, 8]",
                    "expected as many keys as queries, b=3, found f32[a=2, b=4, c=4, d=8]"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 4, 6]; f32[2, 3, 4, 6]",
                    "expected keys of the queries' batch and head size, [a=2, b=3, c=4, d=8], found f32[a=2, b=3, c=4,"
                            + " d=6]"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 2, 8]",
                    "expected values like the keys, of type f32[a=2, b=3, c=4, d=8], found f32[a=2, b=3, c=2, d=8]"),
            row(
                    new Attention(-1, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 4, 8]",
                    "expected a window of 0 (none) or more, found -1"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; i32[2, 4]",
                    "expected a start for each query, [a=2, b=3], found i32[a=2, b=4]"),
            row(
                    new Attention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3]",
                    "expected integers of type i32, found f32[a=2, b=3]"),
            row(
                    new AttentionBackward(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 4, 8]; f32[2, 3, 4]; f32[2, 3, 4, 8]",
                    "expected a log-sum-exp of type f32[a=2, c=4, b=3], found f32[a=2, b=3, c=4]"),
            row(
                    new CacheWrite("k"),
                    "f32[2, 9, 2, 8]; f32[2, 3, 4, 8]; i32[2]",
                    "expected rows of type f32[a=2, b=3, c=2, d=8], found f32[a=2, b=3, c=4, d=8]"),
            row(
                    new CacheWrite("k"),
                    "f32[2, 9, 2, 8]; f32[8]; i32[2]",
                    "expected rows [batch, sequence, heads, head size], found f32[a=8]"),
            row(
                    new CacheWrite("k"),
                    "f32[2, 9, 2, 8]; f32[2, 3, 2, 8]; f32[1]",
                    "expected a position for each row of the batch, i32[a=2], found f32[a=1]"),
            row(
                    new CachedAttention(0, 1),
                    "f32[2, 3, 4, 8]; f32[2, 9, 2, 8]; f32[2, 9, 2, 8]; i32[3]",
                    "expected a position for each row of the batch, i32[a=2], found i32[a=3]"));

    private static final List<Row> REFUSED_MOVEMENTS = List.of(
            row(new Cast(DType.I32), "f32[2]; f32[2]", "expected 1 input, found 2"),
            row(
                    new Reshape(shape("[5]")),
                    "f32[2, 3]",
                    "expected a shape of 6 elements like f32[a=2, b=3], found [a=5]"),
            row(
                    new Broadcast(shape("[2, 3]")),
                    "f32[2]",
                    "expected dimension a=2 to meet the same size or 1, found b=3 (shapes [a=2] and [a=2, b=3])"),
            row(
                    new Broadcast(shape("[1]")),
                    "f32[2]",
                    "expected a shape that repeats dimensions of f32[a=2], found [a=1]"),
            row(new Transpose(List.of(0, 0)), "f32[2, 3]", "expected a permutation of axes [0, 1], found [0, 0]"),
            row(new Slice(2, 0, 1), "f32[2, 3]", "expected an axis of [a=2, b=3], found 2"),
            row(new Slice(1, 2, 2), "f32[2, 3]", "expected a range within b=3, found 2 from 2"),
            row(
                    new Slice(1, Integer.MAX_VALUE, Integer.MAX_VALUE),
                    "f32[2, 3]",
                    "expected a range within b=3, found 2147483647 from 2147483647"),
            row(new Slice(1, 0, 0), "f32[2, 3]", "expected a range within b=3, found 0 from 0"),
            row(new Pad(0, -1, 0), "f32[2]", "expected padding of 0 or more, found -1 and 0"),
            row(new Pad(0, 1, Integer.MAX_VALUE), "f32[2]", "expected a dimension below 2^31, found 2147483650"),
            row(new Concat(0), "f32[2]; i32[2]", "expected inputs of one type, found [f32[a=2], i32[a=2]]"),
            row(
                    new Concat(0),
                    "f32[2, 3]; f32[2, 4]",
                    "expected inputs that differ only in axis 0 from [a=2, b=3], found f32[a=2, b=4]"),
            row(new Concat(0), "", "expected at least 1 input, found 0"));

    @ParameterizedTest
    @MethodSource("accepted")
    void fittingShapesGiveTypes(Row row) {
        String types =
                row.op().types(types(row.inputs())).stream().map(Type::toString).collect(Collectors.joining(", "));
        assertEquals(row.expected(), types);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void otherShapesAreRefusedWithTheReason(Row row) {
        List<Type> types = types(row.inputs());
        assertEquals(
                row.expected(),
                assertThrows(ShapeMismatch.class, () -> row.op().types(types)).getMessage());
    }

    @Test
    void everyOpStandsInBothTables() {
        for (Stream<Row> table : List.of(accepted(), refused())) {
            Set<Class<?>> ops = table.map(row -> row.op().getClass()).collect(Collectors.toSet());
            Set<Class<?>> all = new HashSet<>(Arrays.asList(Differentiable.class.getPermittedSubclasses()));
            all.addAll(Arrays.asList(Terminal.class.getPermittedSubclasses()));
            assertEquals(all, ops);
        }
    }

    private static Pointwise pointwise(String formula) {
        return new Pointwise(Formula.of(formula));
    }

    private static Function identity() {
        Type type = type("f32[2]");
        Graph body = Graph.of("identity", Map.of("0", Tensor.input("0", type)), List.of());
        return new Function("identity", List.of(type), body, Optional.empty());
    }

    private static List<Type> types(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("; ")).map(ShapeRulesTest::type).toList();
    }

    private static Type type(String text) {
        int dims = text.indexOf('[');
        return new Type(DType.valueOf(text.substring(0, dims).toUpperCase(Locale.ROOT)), shape(text.substring(dims)));
    }

    private static Shape shape(String text) {
        String sizes = text.substring(1, text.length() - 1);
        List<Dim> dims = new ArrayList<>();
        for (String size : sizes.isEmpty() ? new String[0] : sizes.split(", ")) {
            dims.add(new Dim(Character.toString('a' + dims.size()), Integer.parseInt(size)));
        }
        return new Shape(dims);
    }
}
