package dev.quipu.codegen.tornado;

import dev.quipu.codegen.gpu.GpuKernel;
import dev.quipu.codegen.gpu.GpuLowering;
import dev.quipu.codegen.gpu.GpuSubset;
import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.LaunchComment;
import dev.quipu.codegen.launch.Launches;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a {@link TornadoProgram}: launches to kernels, kernels to tasks, tasks to stages. */
final class ProgramBuilder {
    private static final int MOST_ARGUMENTS = 20;

    /** Arrays of other programs over the same state, which graphs know of too. */
    private static final int OTHER_ARRAYS = 124;

    /** A graph costs something each time that it runs, so few equal tasks are rather written down again. */
    private static final int LEAST_LEFT = 8;

    private final String name;
    private final Products products;
    private final Scheduled scheduled;
    private final GpuTarget target;
    private final ProgramArrays arrays;
    private final List<BoundLaunch> launches;
    private final Map<Launch, GpuLowering.Lowered> lowered = new HashMap<>();
    /** What a library does of a launch. */
    private final Map<Launch, LibraryCall> calls = new HashMap<>();

    /** Printed kernels by what they are: the launch, which of its kernels, and which memories share an array. */
    private final Map<Method, GpuKernel> methods = new LinkedHashMap<>();

    private final Map<String, Integer> taken = new HashMap<>();
    private final Map<Launch, List<BoundLaunch>> instances = new HashMap<>();

    private record Method(Launch launch, int kernel, List<String> parameters) {}

    ProgramBuilder(String name, Scheduled scheduled, StateLayout layout, Products products, GpuTarget target) {
        Banks banks = Banks.of(scheduled, Integer.MAX_VALUE);
        this.name = name;
        this.products = products;
        this.target = target;
        this.scheduled = banks.scheduled();
        this.arrays = new ProgramArrays(name, banks, layout);
        this.launches = Launches.of(this.scheduled);
        launches.forEach(launch -> instances
                .computeIfAbsent(launch.launch(), key -> new ArrayList<>())
                .add(launch));
    }

    TornadoProgram build() {
        List<TornadoTask> tasks = new ArrayList<>();
        for (int i = 0; i < launches.size(); i++) {
            tasks.addAll(tasks(i));
        }
        List<TornadoProgram.Stage> stages = stages(tasks);
        for (TornadoProgram.Stage stage : stages) {
            List<Integer> places = new ArrayList<>();
            tasks.subList(stage.start(), stage.start() + stage.size() * stage.runs())
                    .forEach(task -> places.addAll(task.bases()));
            arrays.numbers(TornadoProgram.places(stage), places);
        }
        return new TornadoProgram(name, scheduled, launches, tasks, stages, arrays.all());
    }

    private List<TornadoTask> tasks(int number) {
        BoundLaunch launch = launches.get(number);
        GpuLowering.Lowered kernels = lowered.computeIfAbsent(launch.launch(), key -> lower(launch));
        List<ProgramArrays.Address> addresses = new ArrayList<>();
        for (Place place : launch.places()) {
            addresses.add(arrays.of(place));
        }
        long scratch = 0;
        for (long elements : kernels.scratch()) {
            addresses.add(arrays.scratch(scratch, elements));
            scratch += elements;
        }
        List<TornadoTask> tasks = new ArrayList<>();
        for (int i = 0; i < kernels.kernels().size(); i++) {
            tasks.add(task(number, i, kernels, addresses));
        }
        return tasks;
    }

    private GpuLowering.Lowered lower(BoundLaunch launch) {
        if (products == Products.LIBRARY && launch.launch() instanceof MatrixProduct product) {
            LibraryLowering.Divided divided = LibraryLowering.divide(launch.name(), product);
            calls.put(product, divided.call());
            divided.lowered().kernels().forEach(GpuSubset::check);
            return divided.lowered();
        }
        GpuLowering.Lowered lowered = GpuLowering.lower(launch.name(), launch.launch(), target);
        lowered.kernels().forEach(kernel -> GpuSubset.check(kernel, target));
        return lowered;
    }

    private TornadoTask task(
            int number, int part, GpuLowering.Lowered lowering, List<ProgramArrays.Address> addresses) {
        GpuKernel whole = lowering.kernels().get(part);
        Launch launch = launches.get(number).launch();
        Optional<LibraryCall> call = Optional.ofNullable(calls.get(launch)).filter(divided -> part == 0);
        List<Integer> used = call.map(LibraryCall::memories).orElseGet(() -> UsedMemories.of(whole));
        GpuKernel kernel = whole.over(used);
        List<String> names = new ArrayList<>();
        List<Integer> bases = new ArrayList<>();
        Map<String, String> parameterOf = new HashMap<>();
        List<String> parameters = new ArrayList<>();
        for (int memory : used) {
            ProgramArrays.Address address = addresses.get(memory);
            String array = address.array().name();
            names.add(array);
            bases.add(address.base());
            parameters.add(parameterOf.computeIfAbsent(
                    array, key -> parameter(address.array(), whole.memories().get(memory))));
        }
        GpuKernel printed = methods.computeIfAbsent(
                new Method(launch, part, parameters), key -> kernel.named(fresh(kernel.name()), comment(launch)));
        TornadoTask task = new TornadoTask(
                taskName(number, whole),
                number,
                printed,
                parameters,
                names,
                bases,
                call.map(LibraryCall::extents).orElseGet(() -> extents(number, lowering, part, used)),
                call);
        if (task.arguments() > MOST_ARGUMENTS) {
            throw tooManyArrays(launches.get(number), task);
        }
        return task;
    }

    private List<Extent> extents(int number, GpuLowering.Lowered lowering, int part, List<Integer> used) {
        Launch launch = launches.get(number).launch();
        LibraryCall before = calls.get(launch);
        Set<Place> begun = begun(number);
        List<Extent> extents = new ArrayList<>(Extent.of(launch, lowering, part, used));
        for (int i = 0; i < extents.size(); i++) {
            int memory = used.get(i);
            boolean sums = before != null && memory == before.result(); // of the library
            boolean parts = memory < launch.buffers().size()
                    && begun.contains(launches.get(number).places().get(memory));
            if (sums || parts) {
                extents.set(i, new Extent(extents.get(i).elements(), false));
            }
        }
        return extents;
    }

    /** What earlier launches of a launch's cluster have written to: each part of a concat is a launch. */
    private Set<Place> begun(int number) {
        Set<Place> begun = new HashSet<>();
        for (int i = number - 1;
                i >= 0
                        && launches.get(i)
                                .cluster()
                                .head()
                                .equals(launches.get(number).cluster().head());
                i--) {
            begun.addAll(launches.get(i).places());
        }
        return begun;
    }

    /** The launch's own name, with what the kernel's has behind that of the launch which was lowered. */
    private String taskName(int number, GpuKernel kernel) {
        BoundLaunch launch = launches.get(number);
        String lowered = instances.get(launch.launch()).getFirst().name();
        return ReservedNames.safe(launch.name() + kernel.name().substring(lowered.length()));
    }

    /** What all launches share is called by its own name, everything else by its role in the kernel. */
    private static String parameter(DeviceArray array, GpuKernel.Memory memory) {
        return array.content() instanceof DeviceArray.Content.Passing
                ? array.name()
                : memory.array().name();
    }

    private List<String> comment(Launch launch) {
        return LaunchComment.of(instances.get(launch));
    }

    private String fresh(String wanted) {
        int number = taken.merge(wanted, 1, Integer::sum);
        return ReservedNames.safe(number == 1 ? wanted : wanted + "_" + number);
    }

    private static QuipuException tooManyArrays(BoundLaunch launch, TornadoTask task) {
        return QuipuException.of(
                "a kernel over at most " + (MOST_ARGUMENTS - TornadoTask.OTHER_ARGUMENTS)
                        + " arrays, since a TornadoVM task takes " + MOST_ARGUMENTS + " arguments",
                task.distinctArrays().size() + " arrays",
                launch.cluster().head().toString(),
                "give its formula fewer inputs");
    }

    private List<TornadoProgram.Stage> stages(List<TornadoTask> tasks) {
        List<TornadoTask.Key> keys = tasks.stream().map(TornadoTask::key).toList();
        List<TornadoProgram.Stage> stages = new ArrayList<>();
        int[] writes = tasks.stream().mapToInt(task -> task.written().size()).toArray();
        for (Rolling.Stretch stretch :
                Rolling.of(keys, GraphRoom.MOST_TASKS, LEAST_LEFT, (from, to) -> fits(tasks, writes, from, to))) {
            String stage = name + "_" + stages.size();
            stages.add(new TornadoProgram.Stage(stage, stretch.start(), stretch.period(), stretch.runs()));
        }
        return stages;
    }

    /** Whether tasks can be one task graph. */
    private boolean fits(List<TornadoTask> tasks, int[] writes, int from, int to) {
        GraphRoom room = GraphRoom.of(arrays.all().size() + OTHER_ARRAYS);
        Set<String> touched = new HashSet<>();
        for (int i = from; i < to; i++) {
            int before = touched.size();
            touched.addAll(tasks.get(i).arrays());
            room = room.with(tasks.get(i).arguments(), touched.size() - before, writes[i]);
        }
        return room.fits();
    }
}
