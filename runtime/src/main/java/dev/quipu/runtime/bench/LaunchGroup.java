package dev.quipu.runtime.bench;

import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchTime;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Launches that have something in common. */
public record LaunchGroup(List<LaunchTime> launches) {
    public LaunchGroup {
        launches = List.copyOf(launches);
        if (launches.isEmpty()) {
            throw new AssertionError("a group without launches");
        }
    }

    /** One group for each kind, the slowest first. */
    public static List<LaunchGroup> kinds(StepProfile profile) {
        return of(profile, LaunchInfo::kind);
    }

    /** One group for each kernel, the slowest first: launches of one name that do the same, such as those of repeated layers. */
    public static List<LaunchGroup> kernels(StepProfile profile) {
        return of(profile, launch -> launch);
    }

    private static List<LaunchGroup> of(StepProfile profile, Function<LaunchInfo, Object> key) {
        Map<Object, List<LaunchTime>> groups = profile.launches().stream()
                .collect(Collectors.groupingBy(
                        time -> key.apply(time.launch()), LinkedHashMap::new, Collectors.toList()));
        return groups.values().stream()
                .map(LaunchGroup::new)
                .sorted(Comparator.comparingDouble(LaunchGroup::nanos).reversed())
                .toList();
    }

    public String kind() {
        return launches.getFirst().launch().kind();
    }

    /** The name of the first launch, which is a kernel's where the group is one. */
    public String name() {
        return launches.getFirst().launch().name();
    }

    /** See {@link #name}. */
    public String shape() {
        return launches.getFirst().launch().shape();
    }

    /** All launches together. */
    public LaunchWork work() {
        return launches.stream().map(time -> time.launch().work()).reduce(LaunchWork.NONE, LaunchWork::plus);
    }

    public double nanos() {
        return launches.stream().mapToDouble(LaunchTime::nanos).sum();
    }

    public double flopsPerSecond() {
        return 1e9 * work().flops() / Math.max(1, nanos());
    }

    public double bytesPerSecond() {
        return 1e9 * work().bytes() / Math.max(1, nanos());
    }
}
