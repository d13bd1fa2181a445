package dev.quipu.codegen.tornado;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.compiler.schedule.Scheduled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A schedule as Java source for TornadoVM: a class of kernels and a class that builds the task graphs.
 *
 * @param name of the program, an identifier
 * @param scheduled with memory divided for the device
 * @param launches what a run consists of, in order
 * @param tasks the launches' kernels, in order
 * @param stages what the tasks are divided into
 * @param arrays that the program uses, each once
 */
public record TornadoProgram(
        String name,
        Scheduled scheduled,
        List<BoundLaunch> launches,
        List<TornadoTask> tasks,
        List<Stage> stages,
        List<DeviceArray> arrays) {
    /** Package of the generated classes. */
    public static final String PACKAGE = TornadoKernelWriter.PACKAGE;

    /**
     * A task graph, which runs one or more times.
     *
     * @param name of the task graph
     * @param start number of the first task
     * @param size tasks of one run
     * @param runs how often; run i is the tasks from {@code start + i * size} on
     */
    public record Stage(String name, int start, int size, int runs) {}

    /** A generated class in {@link #PACKAGE}. */
    public record Source(String className, String text) {}

    public TornadoProgram {
        launches = List.copyOf(launches);
        tasks = List.copyOf(tasks);
        stages = List.copyOf(stages);
        arrays = List.copyOf(arrays);
    }

    /**
     * Lowers a schedule.
     *
     * @param name an identifier that begins with a small letter; arrays of the program's own begin with it
     * @param layout where state lies
     */
    public static TornadoProgram of(String name, Scheduled scheduled, StateLayout layout) {
        return of(name, scheduled, layout, Products.GENERATED);
    }

    /** As {@link #of(String, Scheduled, StateLayout)}, with the products from elsewhere. */
    public static TornadoProgram of(String name, Scheduled scheduled, StateLayout layout, Products products) {
        return of(name, scheduled, layout, products, GpuTarget.ANY);
    }

    /** As {@link #of(String, Scheduled, StateLayout, Products)}, for GPUs that have what {@code target} says. */
    public static TornadoProgram of(
            String name, Scheduled scheduled, StateLayout layout, Products products, GpuTarget target) {
        return new ProgramBuilder(name, scheduled, layout, products, target).build();
    }

    /** The generated classes: of the kernels and of the task graphs. */
    public List<Source> sources() {
        return new ProgramWriter(this).sources();
    }

    /** The class that builds the task graphs. */
    public String mainClass() {
        return ProgramWriter.className(name);
    }

    /** The tasks of a stage's first run, which are those that its task graph has. */
    public List<TornadoTask> tasks(Stage stage) {
        return tasks.subList(stage.start(), stage.start() + stage.size());
    }

    /** The names of those tasks in the task graph: their own, numbered where others have it too. */
    public List<String> taskIds(Stage stage) {
        Map<String, Integer> taken = new HashMap<>();
        List<String> ids = new ArrayList<>();
        for (TornadoTask task : tasks(stage)) {
            int number = taken.merge(task.name(), 1, Integer::sum);
            ids.add(number == 1 ? task.name() : task.name() + "_task" + number);
        }
        return ids;
    }

    /** The name of the array with the places of a stage's memories: for each run the bases of all tasks, in order. */
    public static String places(Stage stage) {
        return stage.name() + ".places";
    }
}
