package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.jvm.JvmKernel;
import dev.quipu.codegen.jvm.JvmProduct;
import dev.quipu.codegen.jvm.JvmProgram;
import dev.quipu.codegen.jvm.JvmScratch;
import dev.quipu.codegen.jvm.ScratchSizes;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.compiler.Compiler;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScratchSizesTest {
    /** What kernels ask for, and no memory. */
    private static final class Asked implements JvmScratch {
        private final List<Long> shared = new ArrayList<>();
        private final List<Long> segments = new ArrayList<>();
        private final List<Long> arrays = new ArrayList<>();

        @Override
        public MemorySegment shared(int index, long elements) {
            note(shared, index, elements);
            return MemorySegment.NULL;
        }

        @Override
        public MemorySegment[] segments(int index, long elements) {
            note(segments, index, elements);
            return new MemorySegment[0];
        }

        @Override
        public float[][] arrays(int index, long elements) {
            note(arrays, index, elements);
            return new float[0][];
        }

        @Override
        public JvmProduct[] products(ProductShape shape) {
            throw new AssertionError("there are no products of bf16");
        }

        private static void note(List<Long> largest, int index, long elements) {
            while (largest.size() <= index) {
                largest.add(0L);
            }
            largest.set(index, Math.max(largest.get(index), elements));
        }
    }

    @Test
    void whatIsForetoldIsWhatKernelsAskFor() throws ReflectiveOperationException {
        Llama model = Llama.of(new LlamaConfig(32, 2, 2, 1, 16, 88, 96, 64, 1e-5, 1e4, false, 0));
        JvmProgram program =
                JvmProgram.of(new Compiler(false).gradient(model, 2, 64).scheduled(), VectorApi.lanes());
        List<String> kernels = program.launches().stream()
                .map(JvmProgram.Step::className)
                .distinct()
                .toList();
        Map<String, Class<? extends JvmKernel>> classes = new KernelClasses()
                .of(
                        program.sources().stream()
                                .filter(source -> !kernels.contains(source.className()))
                                .toList(),
                        program.sources().stream()
                                .filter(source -> kernels.contains(source.className()))
                                .toList());
        Asked asked = new Asked();
        for (JvmProgram.Step step : program.launches()) {
            MemorySegment[] buffers = new MemorySegment[step.launch().places().size()];
            classes.get(step.className())
                    .getConstructor(MemorySegment[].class, JvmScratch.class)
                    .newInstance(buffers, asked);
        }
        assertEquals(new ScratchSizes(asked.shared, asked.segments, asked.arrays), program.scratch());
        assertTrue(!asked.shared.isEmpty() && !asked.segments.isEmpty() && !asked.arrays.isEmpty());
    }

    @Test
    void workersHaveTheirOwnBesideWhatTheyShare() {
        ScratchSizes sizes = new ScratchSizes(List.of(100L, 10L), List.of(5L), List.of(2L, 1L));
        assertEquals(4 * (110 + 8), sizes.bytes(1));
        assertEquals(4 * (110 + 3 * 8), sizes.bytes(3));
    }
}
