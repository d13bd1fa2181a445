package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An attention kernel, lowered, printed, compiled and bound to buffers as the runtime has them, all full of NaN at first. */
final class AttentionRun implements AutoCloseable {
    private static final int WORKERS = 3;

    final AttentionLaunch launch;
    final List<MemorySegment> buffers = new ArrayList<>();
    final List<Class<?>> classes;
    private final Arena arena = Arena.ofShared();
    private final JvmKernel kernel;

    AttentionRun(AttentionLaunch launch, int lanes) {
        Kernel lowered = AttentionLowering.lower("Attention", launch, lanes);
        String library = JvmWriter.writeLibrary(TileLibrary.CLASS, new TileLibrary(lanes).usedBy(List.of(lowered)));
        this(launch, JvmWriter.write(lowered), library);
    }

    /** @param source of a kernel with the name Attention */
    AttentionRun(AttentionLaunch launch, String source, String library) {
        this.launch = launch;
        launch.buffers()
                .forEach(buffer -> buffers.add(
                        poisoned(Math.ceilDiv(buffer.elements() * buffer.dtype().bytes(), Float.BYTES))));
        GeneratedClasses generated = GeneratedClasses.compile(Map.of("Attention", source, TileLibrary.CLASS, library));
        try {
            this.classes = List.of(generated.named("Attention"), generated.named(TileLibrary.CLASS));
            this.kernel = (JvmKernel) classes.getFirst()
                    .getConstructor(MemorySegment[].class, JvmScratch.class)
                    .newInstance(buffers.toArray(MemorySegment[]::new), new Scratch());
        } catch (ReflectiveOperationException failure) {
            throw new LinkageError(source, failure);
        }
    }

    /** A launch with buffers of the right sizes. */
    static AttentionLaunch launch(
            AttentionLaunch.Kind kind,
            boolean statistic,
            int batch,
            int queries,
            int keys,
            int heads,
            int keyHeads,
            int headSize,
            int window,
            float scale) {
        Buffer query = floats((long) batch * queries * heads * headSize);
        Buffer key = floats((long) batch * keys * keyHeads * headSize);
        Buffer line = floats((long) batch * heads * queries);
        List<Buffer> buffers = new ArrayList<>(List.of(query, key, key));
        switch (kind) {
            case FORWARD -> buffers.addAll(statistic ? List.of(query, line) : List.of(query));
            case BACKWARD -> buffers.addAll(List.of(query, line, query, query, key, key));
            case CACHED -> buffers.addAll(List.of(new Buffer(DType.I32, batch, Buffer.Use.READ), query));
        }
        return new AttentionLaunch(
                kind, batch, queries, keys, heads, keyHeads, headSize, window, false, scale, buffers);
    }

    /** The launch with a buffer of starts behind the others that are read. */
    static AttentionLaunch separate(AttentionLaunch launch) {
        List<Buffer> buffers = new ArrayList<>(launch.buffers());
        long elements = (long) launch.batch() * launch.queries();
        buffers.add(starts(launch.kind()), new Buffer(DType.I32, elements, Buffer.Use.READ));
        return new AttentionLaunch(
                launch.kind(),
                launch.batch(),
                launch.queries(),
                launch.keys(),
                launch.heads(),
                launch.keyHeads(),
                launch.headSize(),
                launch.window(),
                true,
                launch.scale(),
                buffers);
    }

    private static int starts(AttentionLaunch.Kind kind) {
        return kind == AttentionLaunch.Kind.BACKWARD ? 6 : 3;
    }

    void setStarts(int[] starts) {
        MemorySegment.copy(starts, 0, buffers.get(starts(launch.kind())), ValueLayout.JAVA_INT, 0, starts.length);
    }

    private static Buffer floats(long elements) {
        return new Buffer(DType.F32, elements, Buffer.Use.UPDATE);
    }

    /** Values of a buffer of bf16 are bf16's. */
    void set(int buffer, float[] values) {
        if (isRounded(buffer)) {
            for (int i = 0; i < values.length; i++) {
                buffers.get(buffer).setAtIndex(ValueLayout.JAVA_SHORT, i, BFloat16.bits(values[i]));
            }
            return;
        }
        MemorySegment.copy(values, 0, buffers.get(buffer), ValueLayout.JAVA_FLOAT, 0, values.length);
    }

    /** One for each sequence. */
    void setPositions(int... positions) {
        MemorySegment.copy(positions, 0, buffers.get(3), ValueLayout.JAVA_INT, 0, positions.length);
    }

    private boolean isRounded(int buffer) {
        return launch.buffers().get(buffer).dtype() == DType.BF16;
    }

    float[] get(int buffer) {
        long elements = launch.buffers().get(buffer).elements();
        if (isRounded(buffer)) {
            float[] values = new float[Math.toIntExact(elements)];
            for (int i = 0; i < values.length; i++) {
                values[i] = BFloat16.value(buffers.get(buffer).getAtIndex(ValueLayout.JAVA_SHORT, i));
            }
            return values;
        }
        long bytes = elements * Float.BYTES;
        return buffers.get(buffer).asSlice(0, bytes).toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Runs all parts, by one worker after the other in an order of their own. */
    void run(long seed) {
        Random random = new Random(seed);
        for (int phase = 0; phase < phases(); phase++) {
            run(phase, random);
        }
    }

    void run(int phase, Random random) {
        List<Integer> parts = new ArrayList<>();
        for (int part = 0; part < kernel.parts(phase); part++) {
            parts.add(part);
        }
        Collections.shuffle(parts, random);
        for (int part : parts) {
            kernel.run(phase, part, random.nextInt(WORKERS));
        }
    }

    int phases() {
        return kernel.phases();
    }

    int parts() {
        return kernel.parts(0);
    }

    /** As large as a buffer is: rounded up to 64 bytes, and 64 bytes of room. */
    private MemorySegment poisoned(long elements) {
        MemorySegment segment = arena.allocate(Math.ceilDiv(elements * Float.BYTES, 64L) * 64 + 64, 64);
        for (long i = 0; i < segment.byteSize() / Float.BYTES; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
        }
        return segment;
    }

    @Override
    public void close() {
        arena.close();
    }

    private final class Scratch implements JvmScratch {
        @Override
        public MemorySegment shared(int index, long elements) {
            return poisoned(elements);
        }

        @Override
        public MemorySegment[] segments(int index, long elements) {
            MemorySegment[] segments = new MemorySegment[WORKERS];
            for (int worker = 0; worker < WORKERS; worker++) {
                segments[worker] = poisoned(elements);
            }
            return segments;
        }

        @Override
        public float[][] arrays(int index, long elements) {
            float[][] arrays = new float[WORKERS][Math.toIntExact(elements)];
            for (float[] array : arrays) {
                java.util.Arrays.fill(array, Float.NaN);
            }
            return arrays;
        }

        @Override
        public JvmProduct[] products(ProductShape shape) {
            throw new AssertionError("attention asks for no products");
        }
    }
}
