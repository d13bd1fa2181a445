package dev.quipu.compiler;

import java.util.function.Supplier;

/**
 * A value that is made when somebody asks for it first, on whichever thread that is: what only those need who look at a program,
 * or what several programs share.
 */
public final class Lazy<T> implements Supplier<T> {
    private Supplier<T> making;
    private T made;

    /** @param making is called once at most */
    public Lazy(Supplier<T> making) {
        this.making = making;
    }

    @Override
    public synchronized T get() {
        if (making != null) {
            made = making.get();
            making = null;
        }
        return made;
    }
}
