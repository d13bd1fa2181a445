package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.LaunchComment;
import dev.quipu.codegen.launch.Launches;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A schedule as Java source: one class for every different launch, and the launches in order.
 *
 * @param sources all classes, the library that they share first
 * @param launches what runs, in order
 * @param scratch memory for the kernels beside the buffers
 */
public record JvmProgram(
        Scheduled scheduled, int lanes, List<Source> sources, List<Step> launches, ScratchSizes scratch) {
    /**
     * A generated class in the package {@link JvmWriter#PACKAGE}.
     *
     * @param clusters what its launches compute, as a reader would want to know it
     */
    public record Source(String className, String text, List<String> clusters) {}

    /** A launch and the class that runs it. */
    public record Step(BoundLaunch launch, String className) {}

    public JvmProgram {
        sources = List.copyOf(sources);
        launches = List.copyOf(launches);
    }

    /**
     * Lowers and prints a schedule.
     *
     * @param lanes floats of a vector: 16, 8 or 4
     * @throws QuipuException if products are to be computed in tf32
     */
    public static JvmProgram of(Scheduled scheduled, int lanes) {
        if (scheduled.precision() == Precision.TF32) {
            throw QuipuException.of("f32 or bf16", "tf32", "precision of kernels for the JVM", "they have no other");
        }
        Map<Launch, List<BoundLaunch>> equal = new LinkedHashMap<>();
        List<BoundLaunch> launches = Launches.of(scheduled);
        launches.forEach(launch ->
                equal.computeIfAbsent(launch.launch(), key -> new ArrayList<>()).add(launch));
        Map<BoundLaunch, String> names = new IdentityHashMap<>();
        Map<String, Integer> taken = new HashMap<>();
        List<Kernel> kernels = new ArrayList<>();
        equal.forEach((launch, instances) -> {
            String base = instances.getFirst().name();
            int number = taken.merge(base, 1, Integer::sum);
            String name = number == 1 ? base : base + "_" + number;
            instances.forEach(instance -> names.put(instance, name));
            kernels.add(JvmLowering.lower(name, launch, lanes).named(name, LaunchComment.of(instances)));
        });
        List<Source> sources = new ArrayList<>();
        TileLibrary library = new TileLibrary(lanes);
        sources.add(new Source(
                TileLibrary.CLASS, JvmWriter.writeLibrary(TileLibrary.CLASS, library.usedBy(kernels)), List.of()));
        kernels.forEach(kernel -> sources.add(new Source(kernel.name(), JvmWriter.write(kernel), kernel.comment())));
        return new JvmProgram(
                scheduled,
                lanes,
                sources,
                launches.stream()
                        .map(launch -> new Step(launch, names.get(launch)))
                        .toList(),
                ScratchSizes.of(kernels));
    }

    /** Whether it multiplies bf16, for which its kernels need a {@link JvmProduct}. */
    public boolean multipliesRounded() {
        return launches.stream()
                .anyMatch(step ->
                        step.launch().launch() instanceof MatrixProduct product && RoundedProduct.suits(product));
    }
}
