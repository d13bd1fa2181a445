package dev.quipu.runtime.probe;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Site;
import java.util.Optional;

/**
 * One tensor of a pass.
 *
 * @param name unique and the same in every pass of the model
 * @param op what computed it, such as {@code matMul}
 * @param site the layer, the user's line and the pass
 * @param value its elements, in double precision, or as a device rounds them
 */
public record ProbedTensor(String name, String op, Site site, Array value) {
    /** What its values are like. */
    public Statistics statistics() {
        return Statistics.of(value);
    }

    /** The user's line that made it. */
    public String line() {
        return site.origin().toString();
    }

    /** Its first value that is not finite. */
    public Optional<NotFinite> firstNotFinite() {
        for (int place = 0; place < value.size(); place++) {
            if (!NotFinite.isFinite(value.get(place))) {
                return Optional.of(new NotFinite(Place.index(value.type().shape(), place), value.get(place)));
            }
        }
        return Optional.empty();
    }
}
