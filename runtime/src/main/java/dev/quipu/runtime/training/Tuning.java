package dev.quipu.runtime.training;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.dsl.tuning.Freezing;
import java.util.List;
import java.util.Optional;

/**
 * What of a model is trained.
 *
 * @param frozen names of parameters that stay as they are
 * @param adapters what is trained in the place of the model's own parameters; empty for those
 */
public record Tuning(List<Glob> frozen, Optional<LowRank> adapters) {
    /** All parameters. */
    public static final Tuning ALL = new Tuning(List.of(), Optional.empty());

    public Tuning {
        frozen = List.copyOf(frozen);
    }

    /**
     * Low-rank adapters; see {@link Adapters#add}.
     *
     * @param targets paths of the linear layers to adapt
     */
    public record LowRank(List<Glob> targets, int rank, double alpha) {
        public static final int USUAL_RANK = 8;

        public LowRank {
            targets = List.copyOf(targets);
        }

        /** What counts as usual: all linear layers inside the model, rank 8, corrections doubled. */
        public static LowRank usual() {
            return new LowRank(Adapters.USUAL_TARGETS, USUAL_RANK, 2 * USUAL_RANK);
        }
    }

    /**
     * The model as a new run trains it.
     *
     * @throws QuipuException if a name matches nothing, if nothing is left to train, or if adapters do not fit
     */
    Model begin(Model model) {
        return resume(adapters.map(low -> Adapters.add(model, low.targets(), low.rank(), low.alpha()))
                .orElse(model));
    }

    /** As {@link #begin}, for a model that has its adapters. */
    Model resume(Model model) {
        return frozen.isEmpty() ? model : Freezing.matching(model, frozen);
    }
}
