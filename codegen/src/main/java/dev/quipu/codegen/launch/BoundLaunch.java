package dev.quipu.codegen.launch;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Place;
import java.util.List;

/**
 * A launch with the memory of its buffers.
 *
 * @param name after layer and op, without the layer's number, such as {@code layers_attention_norm}; an identifier
 * @param places in the order of the launch's buffers
 * @param cluster what it computes
 */
public record BoundLaunch(String name, Launch launch, List<Place> places, Cluster cluster) {
    public BoundLaunch {
        places = List.copyOf(places);
        if (places.size() != launch.buffers().size()) {
            throw new AssertionError(name + ": " + places.size() + " places for "
                    + launch.buffers().size() + " buffers");
        }
    }
}
