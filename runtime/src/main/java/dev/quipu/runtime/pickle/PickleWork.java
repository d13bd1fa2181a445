package dev.quipu.runtime.pickle;

/**
 * Bounds time and memory: a few bytes of a pickle can name a large value again and again. Whoever makes, copies or visits
 * values spends their number first.
 */
public final class PickleWork {
    private final long limit;
    private long spent;

    public PickleWork(long limit) {
        this.limit = limit;
    }

    /**
     * Spends so many values.
     *
     * @throws PickleRefusal when the limit is passed
     */
    public void spend(long values) {
        spent += values;
        if (spent > limit) {
            throw new PickleRefusal("at most " + limit + " values", "more");
        }
    }
}
