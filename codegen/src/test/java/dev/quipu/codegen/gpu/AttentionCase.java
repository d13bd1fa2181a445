package dev.quipu.codegen.gpu;

import dev.quipu.codegen.gpu.GpuInterpreter.Memory;
import dev.quipu.codegen.launch.AttentionInterpreter;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.LaunchInterpreter;
import dev.quipu.dsl.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An attention launch and the contents of its buffers. Floats lie in one array, with NaN between them and wherever nothing
 * should be read: in outputs, and in caches outside of what is seen.
 */
final class AttentionCase {
    private static final int GAP = 3;

    final AttentionLaunch launch;
    private final float[] floats;
    private final int[] bases;
    private final int[] integers;
    private final int integerBuffer;

    private AttentionCase(AttentionLaunch launch, int[] integers) {
        this.launch = launch;
        this.integers = integers;
        this.bases = new int[launch.buffers().size()];
        int end = GAP;
        int integerBuffer = -1;
        for (int i = 0; i < bases.length; i++) {
            Buffer buffer = launch.buffers().get(i);
            if (buffer.dtype() == DType.I32) {
                integerBuffer = i;
                continue;
            }
            bases[i] = end;
            end += Math.toIntExact(buffer.elements()) + GAP;
        }
        this.integerBuffer = integerBuffer;
        this.floats = new float[end];
        Arrays.fill(floats, Float.NaN);
        fill();
    }

    /** Attention over whole sequences. */
    static AttentionCase training(
            Kind kind, int batch, int length, int heads, int keyHeads, int headSize, int window, int[] starts) {
        return new AttentionCase(
                launch(kind, batch, length, length, heads, keyHeads, headSize, window, starts != null), starts);
    }

    /** Attention of a chunk over a cache, each sequence at a position of its own. */
    static AttentionCase cached(
            int chunk, int cache, int heads, int keyHeads, int headSize, int window, int... positions) {
        return new AttentionCase(
                launch(Kind.CACHED, positions.length, chunk, cache, heads, keyHeads, headSize, window, false),
                positions);
    }

    private static AttentionLaunch launch(
            Kind kind,
            int batch,
            int queries,
            int keys,
            int heads,
            int keyHeads,
            int headSize,
            int window,
            boolean starts) {
        Buffer query = new Buffer(DType.F32, (long) batch * queries * heads * headSize, Buffer.Use.UPDATE);
        Buffer key = new Buffer(DType.F32, (long) batch * keys * keyHeads * headSize, Buffer.Use.UPDATE);
        Buffer line = new Buffer(DType.F32, (long) batch * heads * queries, Buffer.Use.UPDATE);
        List<Buffer> buffers = new ArrayList<>(List.of(query, key, key));
        if (kind == Kind.BACKWARD) {
            buffers.addAll(List.of(query, line, query));
        }
        if (starts) {
            buffers.add(new Buffer(DType.I32, (long) batch * queries, Buffer.Use.READ));
        }
        buffers.addAll(
                switch (kind) {
                    case FORWARD -> List.of(query, line);
                    case BACKWARD -> List.of(query, key, key);
                    case CACHED -> List.of(new Buffer(DType.I32, batch, Buffer.Use.READ), query);
                });
        float scale = (float) (1 / Math.sqrt(headSize));
        return new AttentionLaunch(
                kind, batch, queries, keys, heads, keyHeads, headSize, window, starts, scale, buffers);
    }

    /** Every document as long as the mean says, on average; 0 for one that fills the row. */
    static int[] starts(int batch, int length, int mean) {
        SplittableRandom random = new SplittableRandom(31L * length + mean);
        int[] starts = new int[batch * length];
        for (int row = 0; row < batch; row++) {
            int start = 0;
            for (int place = 1; place < length; place++) {
                start = mean > 0 && random.nextInt(mean) == 0 ? place : start;
                starts[row * length + place] = start;
            }
        }
        return starts;
    }

    private void fill() {
        SplittableRandom random = new SplittableRandom(launch.hashCode());
        int inputs = launch.kind() == Kind.BACKWARD ? 6 : 3;
        for (int buffer = 0; buffer < inputs; buffer++) {
            for (int i = 0; i < launch.buffers().get(buffer).elements(); i++) {
                floats[bases[buffer] + i] = (float) (random.nextDouble() * 4 - 2);
            }
        }
        if (launch.kind() == Kind.CACHED) {
            int row = launch.keyHeads() * launch.headSize();
            for (int sequence = 0; sequence < launch.batch(); sequence++) {
                int written = Math.min(integers[sequence] + launch.queries(), launch.keys());
                int oldest = launch.window() == 0 ? 0 : Math.max(0, integers[sequence] - launch.window() + 1);
                int first = sequence * launch.keys();
                for (int buffer = 1; buffer <= 2; buffer++) {
                    poison(buffer, first * row, (first + Math.min(oldest, written)) * row);
                    poison(buffer, (first + written) * row, (first + launch.keys()) * row);
                }
            }
        }
        if (launch.kind() == Kind.BACKWARD) {
            AttentionCase forward = training(
                    Kind.FORWARD,
                    launch.batch(),
                    launch.queries(),
                    launch.heads(),
                    launch.keyHeads(),
                    launch.headSize(),
                    launch.window(),
                    launch.starts() ? integers : null);
            for (int buffer = 0; buffer < 3; buffer++) {
                forward.set(buffer, get(buffer));
            }
            double[][] results = forward.expected();
            set(3, floats(results[results.length - 2]));
            set(4, floats(results[results.length - 1]));
        }
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Number of the first output. */
    int firstOutput() {
        return launch.buffers().size()
                - switch (launch.kind()) {
                    case FORWARD -> 2;
                    case BACKWARD -> 3;
                    case CACHED -> 1;
                };
    }

    /** Puts NaN at elements of a buffer. */
    void poison(int buffer, int from, int to) {
        Arrays.fill(floats, bases[buffer] + from, bases[buffer] + to, Float.NaN);
    }

    void set(int buffer, float[] values) {
        System.arraycopy(values, 0, floats, bases[buffer], values.length);
    }

    float[] get(int buffer) {
        int size = Math.toIntExact(launch.buffers().get(buffer).elements());
        return Arrays.copyOfRange(floats, bases[buffer], bases[buffer] + size);
    }

    /** A copy of the memories, with outputs that nobody wrote. */
    Memory[] memories() {
        float[] copy = floats.clone();
        Memory[] memories = new Memory[bases.length];
        for (int i = 0; i < bases.length; i++) {
            int size = Math.toIntExact(launch.buffers().get(i).elements());
            memories[i] = i == integerBuffer ? Memory.of(integers) : new Memory(copy, bases[i], size);
        }
        return memories;
    }

    /** Runs the launch's kernels in the interpreter. */
    float[][] run() {
        Memory[] memories = memories();
        GpuLowering.Lowered lowered = GpuLowering.lower("attention", launch);
        lowered.kernels().forEach(GpuSubset::check);
        GpuInterpreter.run(lowered, memories);
        float[][] outputs = new float[bases.length - firstOutput()][];
        for (int i = 0; i < outputs.length; i++) {
            Memory memory = memories[firstOutput() + i];
            outputs[i] = Arrays.copyOfRange((float[]) memory.array(), memory.base(), memory.base() + memory.count());
        }
        return outputs;
    }

    /** The outputs by the reference interpreter. */
    double[][] expected() {
        List<LaunchInterpreter.Memory> memories = new ArrayList<>();
        for (int i = 0; i < bases.length; i++) {
            double[] values = i == integerBuffer
                    ? Arrays.stream(integers).asDoubleStream().toArray()
                    : doubles(get(i));
            memories.add(new LaunchInterpreter.Memory(values, 0, values.length));
        }
        AttentionInterpreter.run(launch, memories);
        return memories.subList(firstOutput(), bases.length).stream()
                .map(LaunchInterpreter.Memory::copy)
                .toArray(double[][]::new);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
