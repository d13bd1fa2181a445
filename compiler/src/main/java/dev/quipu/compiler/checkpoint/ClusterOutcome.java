package dev.quipu.compiler.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * What becomes of one cluster's outputs.
 *
 * @param asked those that had to be kept or rebuilt, in the order in which they are made
 * @param kept some of them
 * @param rebuild what runs again for those that are not kept and that somebody outside of the cluster needs
 */
record ClusterOutcome(List<Choice> asked, List<Choice> kept, Optional<Rebuild> rebuild) {
    ClusterOutcome {
        asked = List.copyOf(asked);
        kept = List.copyOf(kept);
    }
}
