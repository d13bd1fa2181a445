package dev.quipu.dsl;

/**
 * A weight, by identity: the same instance in two places of a model is one tied weight.
 *
 * @see Trace#parameters
 */
public final class Parameter {
    private final Shape shape;
    private final Initial initial;
    private final boolean trainable;

    private Parameter(Shape shape, Initial initial, boolean trainable) {
        this.shape = shape;
        this.initial = initial;
        this.trainable = trainable;
    }

    public static Parameter of(Initial initial, Dim... dims) {
        return new Parameter(Shape.of(dims), initial, true);
    }

    /** Initial values from a normal distribution of mean zero. */
    public static Parameter normal(double deviation, Dim... dims) {
        return of(new Initial.Normal(deviation), dims);
    }

    public static Parameter ones(Dim... dims) {
        return of(new Initial.Constant(1), dims);
    }

    public static Parameter zeros(Dim... dims) {
        return of(new Initial.Constant(0), dims);
    }

    /** A parameter like this one that training leaves alone: another identity, unless this one is frozen. */
    public Parameter frozen() {
        return trainable ? new Parameter(shape, initial, false) : this;
    }

    public Shape shape() {
        return shape;
    }

    public Initial initial() {
        return initial;
    }

    public boolean trainable() {
        return trainable;
    }

    /** The weight as a tensor, inside the forward method of a layer. */
    public Tensor tensor() {
        return Trace.read(this);
    }
}
