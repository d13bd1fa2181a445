package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.ProductShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Compiles kernels with the library they share, and runs them with memory of exactly the sizes that they ask for. */
final class KernelRun {
    static final int WORKERS = 2;

    private final GeneratedClasses classes;

    KernelRun(List<Kernel> kernels, int lanes) {
        Map<String, String> sources = new LinkedHashMap<>();
        sources.put(
                TileLibrary.CLASS, JvmWriter.writeLibrary(TileLibrary.CLASS, new TileLibrary(lanes).usedBy(kernels)));
        kernels.forEach(kernel -> sources.put(kernel.name(), JvmWriter.write(kernel)));
        classes = GeneratedClasses.compile(sources);
    }

    KernelRun(JvmProgram program) {
        Map<String, String> sources = new LinkedHashMap<>();
        program.sources().forEach(source -> sources.put(source.className(), source.text()));
        classes = GeneratedClasses.compile(sources);
    }

    /** A kernel bound to buffers. */
    JvmKernel bind(String name, Arena arena, MemorySegment... buffers) {
        try {
            return (JvmKernel) classes.named(name)
                    .getConstructor(MemorySegment[].class, JvmScratch.class)
                    .newInstance(buffers, new Scratch(arena));
        } catch (ReflectiveOperationException failure) {
            throw new LinkageError(name, failure);
        }
    }

    /** Parts in order, by one worker. */
    static void runInOrder(JvmKernel kernel) {
        for (int phase = 0; phase < kernel.phases(); phase++) {
            for (int part = 0; part < kernel.parts(phase); part++) {
                kernel.run(phase, part, 0);
            }
        }
    }

    /** Parts in any order, by any worker, as a seed has it. */
    static void runShuffled(JvmKernel kernel, long seed) {
        Random random = new Random(seed);
        for (int phase = 0; phase < kernel.phases(); phase++) {
            List<Integer> parts = new ArrayList<>();
            for (int part = 0; part < kernel.parts(phase); part++) {
                parts.add(part);
            }
            Collections.shuffle(parts, random);
            for (int part : parts) {
                kernel.run(phase, part, random.nextInt(WORKERS));
            }
        }
    }

    /** Memory that is full of NaNs: what is read before it is written shows. */
    private record Scratch(Arena arena) implements JvmScratch {
        @Override
        public MemorySegment shared(int index, long elements) {
            MemorySegment segment = arena.allocate(elements * Float.BYTES, 64);
            for (long i = 0; i < elements; i++) {
                segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
            }
            return segment;
        }

        @Override
        public MemorySegment[] segments(int index, long elements) {
            return new MemorySegment[] {shared(index, elements), shared(index, elements)};
        }

        @Override
        public float[][] arrays(int index, long elements) {
            float[][] arrays = new float[WORKERS][Math.toIntExact(elements)];
            for (float[] array : arrays) {
                Arrays.fill(array, Float.NaN);
            }
            return arrays;
        }

        @Override
        public JvmProduct[] products(ProductShape shape) {
            return new JvmProduct[] {new PlainProduct(shape), new PlainProduct(shape)};
        }
    }
}
