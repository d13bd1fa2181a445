package dev.quipu.runtime.device;

/** A program that a device has {@link Device#prepare prepared}. */
@FunctionalInterface
public interface Loadable {
    /**
     * Makes the program ready to run. State that it touches and that is not yet there is allocated, as zeros.
     *
     * @param state shared by all programs that are loaded with it; it must outlive them
     */
    Executable load(State state);
}
