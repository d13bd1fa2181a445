package dev.quipu.runtime.device;

import dev.quipu.compiler.schedule.Scheduled;

/** Something that runs scheduled programs. */
public interface Device extends AutoCloseable {
    /** The name on the command line: {@code jvm}, {@code reference}. */
    String name();

    /**
     * Makes a program ready to run. State that the program touches and that is not yet there is allocated, as zeros.
     *
     * @param state shared by all programs that are loaded with it; it must outlive them
     */
    Executable load(Scheduled scheduled, State state);

    /** Gives back threads and memory. Executables of the device must not be run any more. */
    @Override
    void close();
}
