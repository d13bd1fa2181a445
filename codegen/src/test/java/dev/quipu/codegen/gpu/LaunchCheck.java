package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.LaunchInterpreter;
import dev.quipu.dsl.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Runs a launch's kernels and compares every element of every buffer with what the launch means. The buffers of floats lie in
 * one array, as in an arena; what a kernel may not read holds NaN.
 */
final class LaunchCheck {
    private static final int GAP = 3;

    private final Launch launch;
    private final List<double[]> given = new ArrayList<>();
    private double tolerance = 1e-5;

    private LaunchCheck(Launch launch) {
        this.launch = launch;
        Random random = new Random(3);
        for (Buffer buffer : launch.buffers()) {
            double[] elements = new double[Math.toIntExact(buffer.elements())];
            boolean known = buffer.use() != Buffer.Use.WRITE;
            Arrays.setAll(elements, i -> known ? (float) random.nextGaussian() : Double.NaN);
            given.add(elements);
        }
    }

    /** A check with normally distributed floats; integers are given by {@link #integers}. */
    static LaunchCheck of(Launch launch) {
        return new LaunchCheck(launch);
    }

    /** The elements of a buffer of integers, again and again. */
    LaunchCheck integers(int buffer, int... values) {
        Arrays.setAll(given.get(buffer), i -> values[i % values.length]);
        return this;
    }

    /** The elements of a buffer of floats, again and again. */
    LaunchCheck floats(int buffer, double... values) {
        Arrays.setAll(given.get(buffer), i -> (float) values[i % values.length]);
        return this;
    }

    /** How far an element may be away, as a share of its own size and of the buffer's root mean square. */
    LaunchCheck within(double share) {
        tolerance = share;
        return this;
    }

    /** Runs and compares. */
    void run() {
        GpuLowering.Lowered lowered = GpuLowering.lower("test", launch);
        lowered.kernels().forEach(GpuSubset::check);
        List<double[]> wanted = given.stream().map(double[]::clone).toList();
        LaunchInterpreter.run(launch, wanted);
        List<GpuInterpreter.Memory> memories = memories();
        GpuInterpreter.run(lowered, memories.toArray(GpuInterpreter.Memory[]::new));
        for (int i = 0; i < wanted.size(); i++) {
            compare(i, wanted.get(i), memories.get(i));
        }
    }

    private List<GpuInterpreter.Memory> memories() {
        int floats = GAP;
        for (int i = 0; i < given.size(); i++) {
            floats += isInteger(i) ? 0 : given.get(i).length + GAP;
        }
        float[] arena = new float[floats];
        Arrays.fill(arena, Float.NaN);
        List<GpuInterpreter.Memory> memories = new ArrayList<>();
        int base = GAP;
        for (int i = 0; i < given.size(); i++) {
            double[] elements = given.get(i);
            if (isInteger(i)) {
                int[] integers = new int[elements.length];
                Arrays.setAll(integers, place -> (int) elements[place]);
                memories.add(GpuInterpreter.Memory.of(integers));
            } else {
                for (int place = 0; place < elements.length; place++) {
                    arena[base + place] = (float) elements[place];
                }
                memories.add(new GpuInterpreter.Memory(arena, base, elements.length));
                base += elements.length + GAP;
            }
        }
        return memories;
    }

    private boolean isInteger(int buffer) {
        return launch.buffers().get(buffer).dtype() == DType.I32;
    }

    private void compare(int buffer, double[] wanted, GpuInterpreter.Memory memory) {
        double squares = Arrays.stream(wanted)
                .filter(Double::isFinite)
                .map(x -> x * x)
                .average()
                .orElse(0);
        for (int i = 0; i < wanted.length; i++) {
            int place = i;
            String where = "buffer " + buffer + ", element " + place + " of " + wanted.length;
            if (isInteger(buffer)) {
                assertEquals((int) wanted[i], ((int[]) memory.array())[i], where);
                continue;
            }
            float found = ((float[]) memory.array())[memory.base() + i];
            double allowed = tolerance * (Math.abs(wanted[i]) + Math.sqrt(squares));
            assertTrue(
                    Double.compare(wanted[i], found) == 0 || Math.abs(wanted[i] - found) <= allowed,
                    () -> where + ": expected " + wanted[place] + ", found " + found);
        }
    }
}
