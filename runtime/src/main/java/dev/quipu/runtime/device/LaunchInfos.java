package dev.quipu.runtime.device;

import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.compiler.cluster.Cluster;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a program's launches are, for people who measure. */
public final class LaunchInfos {
    private LaunchInfos() {}

    /** In the same order. A cluster of several launches is counted with its first. */
    public static List<LaunchInfo> of(List<BoundLaunch> launches) {
        List<LaunchInfo> infos = new ArrayList<>();
        Set<Cluster> counted = new HashSet<>();
        for (BoundLaunch launch : launches) {
            Cluster cluster = launch.cluster();
            boolean first = counted.add(cluster);
            infos.add(new LaunchInfo(
                    launch.name(),
                    cluster.kind().name().toLowerCase(Locale.ROOT),
                    first ? cluster.flops() : 0,
                    first ? cluster.bytes() : 0));
        }
        return List.copyOf(infos);
    }
}
