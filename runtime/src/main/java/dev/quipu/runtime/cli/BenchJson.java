package dev.quipu.runtime.cli;

import dev.quipu.runtime.bench.LaunchGroup;
import dev.quipu.runtime.bench.Roofline;
import dev.quipu.runtime.bench.StepProfile;
import dev.quipu.runtime.device.Ceilings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the time of a step goes, for programs. */
final class BenchJson {
    private static final double MILLI = 1e6;

    private BenchJson() {}

    /**
     * Kinds of launches, and kernels with the one that loses most time first, or takes most where there are no ceilings.
     *
     * @param ceilings what can be said of them is said where the device knows them
     */
    static Map<String, Object> values(StepProfile profile, Optional<Ceilings> ceilings, int kernels) {
        Optional<Roofline> roofline = ceilings.map(known -> new Roofline(profile, known));
        Map<String, Object> values = new LinkedHashMap<>();
        ceilings.ifPresent(known -> values.put("ceilings", ceilings(known)));
        roofline.ifPresent(known ->
                values.put("roofline", Map.of("stepMillis", known.leastNanos() / MILLI, "share", known.share())));
        values.put(
                "kinds",
                LaunchGroup.kinds(profile).stream()
                        .map(group -> group(Map.of("kind", group.kind()), group, roofline))
                        .toList());
        values.put("gapMillis", profile.gapNanos() / MILLI);
        List<LaunchGroup> listed = roofline.map(known -> known.furthest(kernels))
                .orElseGet(() ->
                        LaunchGroup.kernels(profile).stream().limit(kernels).toList());
        values.put(
                "kernels",
                listed.stream()
                        .map(group -> group(names(group), group, roofline))
                        .toList());
        return values;
    }

    private static Map<String, Object> names(LaunchGroup kernel) {
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("kernel", kernel.name());
        names.put("kind", kernel.kind());
        names.put("shape", kernel.shape());
        return names;
    }

    private static Map<String, Object> ceilings(Ceilings ceilings) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("flopsPerSecond", ceilings.flopsPerSecond());
        ceilings.roundedFlopsPerSecond().ifPresent(rate -> values.put("roundedFlopsPerSecond", rate));
        values.put("readBytesPerSecond", ceilings.readBytesPerSecond());
        values.put("copyBytesPerSecond", ceilings.copyBytesPerSecond());
        values.put("emptyLaunchNanos", ceilings.launchNanos());
        return values;
    }

    private static Map<String, Object> group(
            Map<String, Object> names, LaunchGroup group, Optional<Roofline> roofline) {
        Map<String, Object> values = new LinkedHashMap<>(names);
        values.put("launches", group.launches().size());
        values.put("millis", group.nanos() / MILLI);
        values.put("flops", group.work().flops());
        values.put("roundedFlops", group.work().roundedFlops());
        values.put("bytesRead", group.work().bytesRead());
        values.put("bytesWritten", group.work().bytesWritten());
        roofline.ifPresent(known -> {
            values.put("leastMillis", known.leastNanos(group) / MILLI);
            values.put("share", known.share(group));
        });
        return values;
    }
}
