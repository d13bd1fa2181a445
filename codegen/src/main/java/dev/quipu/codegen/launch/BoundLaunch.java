package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import java.util.List;

/**
 * A launch with the memory of its buffers.
 *
 * @param places in the order of the launch's buffers
 * @param cluster what it computes
 */
public record BoundLaunch(Launch launch, List<Place> places, Cluster cluster) {
    public BoundLaunch {
        places = List.copyOf(places);
        if (places.size() != launch.buffers().size()) {
            throw new AssertionError(LaunchNames.of(cluster) + ": " + places.size() + " places for "
                    + launch.buffers().size() + " buffers");
        }
    }

    /** After layer and op, without the layer's number, such as {@code layers_attention_norm}; an identifier. */
    public String name() {
        return LaunchNames.of(cluster);
    }
}
