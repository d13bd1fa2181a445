package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Formula;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What of a product is the library's and what is a kernel's, for products of 6 rows and 5 columns. */
class LibraryLoweringTest {
    private static final Space SPACE = new Space(List.of(6), 5);

    private static Access dense(int buffer) {
        return new Access(buffer, 0, List.of(5L), 1);
    }

    private static Step.Store store(String name, int buffer) {
        return new Step.Store(name, dense(buffer), false);
    }

    private static Step.Store add(String name, int buffer) {
        return new Step.Store(name, dense(buffer), true);
    }

    private static Step map(String name, String formula) {
        return new Step.Map(name, Formula.of(formula).expression());
    }

    private static Buffer sums(DType dtype, Buffer.Use use) {
        return new Buffer(dtype, 30, use);
    }

    private static LibraryLowering.Divided divide(DType factors, List<Buffer> others, List<Step> epilogue) {
        List<Buffer> buffers = new ArrayList<>(
                List.of(new Buffer(factors, 24, Buffer.Use.READ), new Buffer(factors, 20, Buffer.Use.READ)));
        buffers.addAll(others);
        return LibraryLowering.divide("product", new MatrixProduct(1, 6, 5, 4, false, false, buffers, SPACE, epilogue));
    }

    static Stream<Arguments> products() {
        Buffer written = sums(DType.F32, Buffer.Use.WRITE);
        Buffer updated = sums(DType.F32, Buffer.Use.UPDATE);
        Buffer rounded = sums(DType.BF16, Buffer.Use.WRITE);
        String product = MatrixProduct.PRODUCT;
        return Stream.of(
                arguments("stored", DType.F32, List.of(written), List.of(store(product, 2)), "call 2"),
                arguments("added to", DType.F32, List.of(updated), List.of(add(product, 2)), "call 2 adding"),
                arguments(
                        "under another name",
                        DType.F32,
                        List.of(written),
                        List.of(map("same", product), store("same", 2)),
                        "call 2"),
                arguments("rounded sums of bf16", DType.BF16, List.of(rounded), List.of(store(product, 2)), "call 2"),
                arguments(
                        "rounded sums of f32",
                        DType.F32,
                        List.of(rounded),
                        List.of(store(product, 2)),
                        "call 3, kernel, scratch [30]"),
                arguments(
                        "rounded and added to",
                        DType.BF16,
                        List.of(sums(DType.BF16, Buffer.Use.UPDATE)),
                        List.of(add(product, 2)),
                        "call 3, kernel, scratch [30]"),
                arguments(
                        "stored, and another value of it",
                        DType.F32,
                        List.of(written, written),
                        List.of(store(product, 2), map("y", "2 * " + product), store("y", 3)),
                        "call 2, kernel"),
                arguments(
                        "added to, and another value of it",
                        DType.F32,
                        List.of(updated, written),
                        List.of(add(product, 2), map("y", "2 * " + product), store("y", 3)),
                        "call 4, kernel, scratch [30]"),
                arguments(
                        "another value of it",
                        DType.F32,
                        List.of(written),
                        List.of(map("y", "2 * " + product), store("y", 2)),
                        "call 3, kernel, scratch [30]"),
                arguments(
                        "stored over what was there",
                        DType.F32,
                        List.of(updated, written),
                        List.of(
                                new Step.Load("before", dense(2)),
                                map("y", "before + " + product),
                                store(product, 2),
                                store("y", 3)),
                        "call 4, kernel, scratch [30]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("products")
    void isDivided(String name, DType factors, List<Buffer> others, List<Step> epilogue, String expected) {
        LibraryLowering.Divided divided = divide(factors, others, epilogue);
        String call = "call " + divided.call().result() + (divided.call().accumulate() ? " adding" : "");
        String kernel = divided.lowered().kernels().size() == 1 ? "" : ", kernel";
        String scratch = divided.lowered().scratch().isEmpty()
                ? ""
                : ", scratch " + divided.lowered().scratch();
        assertEquals(expected, call + kernel + scratch, name);
    }
}
