package dev.quipu.dsl;

/**
 * Where a node belongs.
 *
 * @param layer path of the layer that made it, such as {@code layers.3.attention}; empty at the top
 * @param origin the user's line
 * @param pass the walk that made it
 */
public record Site(String layer, Origin origin, Pass pass) {
    /** The walk over the model that made a node. */
    public enum Pass {
        FORWARD,
        BACKWARD,
        UPDATE
    }

    public Site withPass(Pass newPass) {
        return new Site(layer, origin, newPass);
    }

    @Override
    public String toString() {
        return "in " + (layer.isEmpty() ? "the model" : layer) + " at " + origin;
    }
}
