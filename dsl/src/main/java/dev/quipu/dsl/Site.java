package dev.quipu.dsl;

/**
 * Where a node belongs.
 *
 * @param layer path of the layer that made it, such as {@code layers.3.attention}; empty at the top
 * @param origin the user's line
 * @param pass the walk that made it
 * @param copy 0, or the number of the copy that a recomputed node is: nodes of different numbers are never merged
 */
public record Site(String layer, Origin origin, Pass pass, int copy) {
    /** The walk over the model that made a node. */
    public enum Pass {
        FORWARD,
        /** A node of the forward walk that runs again during the backward walk. */
        RECOMPUTED,
        BACKWARD,
        UPDATE
    }

    public Site {
        if ((pass == Pass.RECOMPUTED) != (copy > 0)) {
            throw new AssertionError("a recomputed node, and no other, has a copy's number: " + pass + " " + copy);
        }
    }

    /** A node that is no copy. */
    public Site(String layer, Origin origin, Pass pass) {
        this(layer, origin, pass, 0);
    }

    public Site withPass(Pass newPass) {
        return new Site(layer, origin, newPass);
    }

    /**
     * The place of a node that is computed again.
     *
     * @param number counted from 1
     */
    public Site recomputed(int number) {
        return new Site(layer, origin, Pass.RECOMPUTED, number);
    }

    @Override
    public String toString() {
        return "in " + (layer.isEmpty() ? "the model" : layer) + " at " + origin;
    }
}
