package dev.quipu.dsl;

import java.util.function.Supplier;

/**
 * A part of a model: a record whose components are parameters, other layers, lists of layers, and attributes. A parameter's
 * name is the path of components that leads to it, such as {@code layers.3.attention.wq.weight}. Components may be null where
 * a variant has none.
 */
public interface Layer {
    /** What the layer computes; callers use {@link #apply}. */
    Tensor forward(Tensor input);

    /** Runs {@link #forward} in this layer's scope, so that nodes and errors know the path. */
    default Tensor apply(Tensor input) {
        return scope(() -> forward(input));
    }

    /** Runs a body in this layer's scope: for layers that take more than one tensor. */
    default <T> T scope(Supplier<T> body) {
        return Trace.inside(this, body);
    }
}
