package dev.quipu.codegen.tornado;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.List;
import org.junit.jupiter.api.Test;

class TornadoKernelWriterTest {
    private static final Value ITEM = new Value.WorkItem(Value.Numbering.ITEM);
    private static final Value GROUP = new Value.WorkItem(Value.Numbering.GROUP);

    @Test
    void aKernelIsAStaticMethodOfItsProgramsClass() {
        MethodSpec method = TornadoKernelWriter.method(sums(), List.of("arena", "arena"));
        String expected = """
            package dev.quipu.generated;

            import uk.ac.manchester.tornado.api.KernelContext;
            import uk.ac.manchester.tornado.api.math.TornadoMath;
            import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
            import uk.ac.manchester.tornado.api.types.arrays.IntArray;

            /**
             * Kernels of a test.
             */
            public final class Kernels {
                private Kernels() {
                }

                /**
                 * Sums.
                 * line 3
                 */
                public static void row_sums(KernelContext context, IntArray iteration, IntArray places,
                        int entry, int stride, FloatArray arena) {
                    int place = iteration.get(0) * stride + entry;
                    int x_base = places.get(place);
                    int y_base = places.get(place + 1);
                    float[] sums = context.allocateFloatLocalArray(64);
                    float entry2 = 0.0f;
                    for (int i = context.localIdx; i < 1000; i += 64) {
                        entry2 += arena.get(x_base + context.groupIdx * 1000 + i);
                    }
                    sums[context.localIdx] = entry2;
                    context.localBarrier();
                    if (context.localIdx == 0) {
                        arena.set(y_base + context.groupIdx, TornadoMath.max(sums[0], -3.0f));
                    }
                }
            }
            """;
        String source = TornadoKernelWriter.file("Kernels", List.of("Kernels of a test."), List.of(method));
        assertEquals(expected, source);
        assertEquals(
                expected.replace("uk.ac.manchester.tornado.api", "dev.quipu.runtime.emulator.api"),
                TornadoApi.emulated(source));
    }

    @Test
    void aReservedNameIsNotPrinted() {
        GpuKernel kernel = sums();
        assertThrows(
                AssertionError.class,
                () -> TornadoKernelWriter.method(kernel.named("round", List.of()), List.of("arena", "arena")));
        assertThrows(AssertionError.class, () -> TornadoKernelWriter.method(kernel, List.of("half", "half")));
    }

    @Test
    void whatChangesFromRunToRunIsInBuffers() {
        MethodSpec method = TornadoKernelWriter.method(sums(), List.of("arena", "arena"));
        List<String> scalars = method.parameters().stream()
                .filter(parameter -> parameter.type().isPrimitive())
                .map(ParameterSpec::name)
                .toList();
        assertEquals(List.of("entry", "stride"), scalars);
    }

    @Test
    void longLinesOfCommentsAreFolded() {
        String line =
                "pointwise(formula=\"r * (g * weight - x * (r * r * mean))\") f32[batch=2, sequence=13, channel=8]  "
                        + "layers.1.feedForwardNorm  Llama.java:75";
        MethodSpec method = TornadoKernelWriter.method(sums().named("row_sums", List.of(line)), List.of("a", "a"));
        assertEquals(
                line.replace("  layers", "\n    layers"),
                method.javadoc().toString().strip());
    }

    @Test
    void roundedFloatsAreReadAndWrittenByTheirBits() {
        Value.Variable x = new Value.Variable("x_array", KernelType.BFLOATS);
        Value.Variable base = new Value.Variable("x_base", KernelType.INT);
        Emitter emitter = new Emitter();
        Value element = new Value.Load(KernelType.FLOAT, x, plus(base, ITEM));
        emitter.add(new Statement.Store(x, plus(base, ITEM), plus(element, number(1, 1))));
        GpuKernel kernel = new GpuKernel(
                "add_one", List.of(), List.of(new GpuKernel.Memory(x, base)), 1, 64, emitter.statements());
        String source = TornadoKernelWriter.file(
                "Kernels", List.of(), List.of(TornadoKernelWriter.method(kernel, List.of("halves"))));
        assertTrue(source.contains("import uk.ac.manchester.tornado.api.types.BFloat16;"), source);
        assertTrue(source.contains("BFloat16Array halves"), source);
        String statement = "halves.set(x_base + context.localIdx,"
                + " BFloat16.bf16FromFloat(BFloat16.bf16ToFloat(halves.get(x_base + context.localIdx)) + 1.0f));";
        assertTrue(source.replaceAll("\\s+", " ").contains(statement), source);
    }

    private static GpuKernel sums() {
        Value.Variable x = new Value.Variable("x_array", KernelType.FLOATS);
        Value.Variable xBase = new Value.Variable("x_base", KernelType.INT);
        Value.Variable y = new Value.Variable("y_array", KernelType.FLOATS);
        Value.Variable yBase = new Value.Variable("y_base", KernelType.INT);
        Value.Variable sums = new Value.Variable("sums", KernelType.ARRAY);
        Emitter emitter = new Emitter();
        emitter.add(new Statement.Allocate(sums, Statement.Sharing.GROUP, 64));
        Value.Variable total = emitter.let("entry", number(0, 1));
        emitter.loop(
                "i",
                ITEM,
                integer(1000),
                64,
                (inner, i) -> inner.add(new Statement.Assign(
                        total,
                        plus(
                                total,
                                new Value.Load(
                                        KernelType.FLOAT,
                                        x,
                                        plus(
                                                xBase,
                                                plus(
                                                        new Value.Binary(BinaryOperator.MULTIPLY, GROUP, integer(1000)),
                                                        i)))))));
        emitter.add(new Statement.Store(sums, ITEM, total));
        emitter.add(new Statement.Barrier());
        emitter.when(
                new Value.Compare(Comparison.EQUAL, ITEM, integer(0)),
                inner -> inner.add(new Statement.Store(
                        y,
                        plus(yBase, GROUP),
                        new Value.Binary(
                                BinaryOperator.MAX,
                                new Value.Load(KernelType.FLOAT, sums, integer(0)),
                                number(-3, 1)))));
        return new GpuKernel(
                "row_sums",
                List.of("Sums.", "line 3"),
                List.of(new GpuKernel.Memory(x, xBase), new GpuKernel.Memory(y, yBase)),
                4,
                64,
                emitter.statements());
    }
}
