package dev.quipu.tornado;

import java.util.Collection;
import java.util.List;

/**
 * Generated programs on a device, as the rest of the runtime sees them: in types of the JDK alone, so that a copy of
 * this package that was compiled at run time can be driven through it.
 */
public interface Computation extends AutoCloseable {
    /** Runs a program once: its inputs are read from host memory, its results are in host memory afterwards. */
    void run(String program);

    /**
     * Runs a program once, measuring every task; not where the driver records what it is asked for.
     *
     * @return for every stage, for every of its runs: the profiler's text, JSON
     */
    List<String> profile(String program);

    /**
     * Copies resident arrays from host memory to the device. Those that share a graph with one of them are copied, too:
     * see {@link #together}.
     */
    void upload(Collection<String> arrays);

    /** Resident arrays that are uploaded together: to upload one is to upload all of its list. */
    List<List<String>> together();

    /** Copies resident arrays from the device to host memory. */
    void fetch(Collection<String> arrays);

    /** The graphs of a program, each as often as it runs in a row: {@code gradient_0 x 1}, {@code gradient_1 x 32}. */
    List<String> stages(String program);

    /** Gives back the device's memory. */
    @Override
    void close();
}
