package dev.quipu.runtime.device;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import java.util.List;

/** A program that is ready to run: fill its inputs, run it, read its results. */
public interface Executable extends AutoCloseable {
    /**
     * The buffer of an input, to be filled before a run; it keeps its contents from run to run.
     *
     * @throws QuipuException if the program has no input of that name
     */
    Buffer input(String name);

    /**
     * The buffer of a result, valid after a run and until the next.
     *
     * @throws QuipuException if the program has no result of that name
     */
    Buffer result(String name);

    /**
     * Runs the program once, in the calling thread and the device's own.
     *
     * @throws QuipuException if an id in an input is outside its vocabulary; nothing has run then
     */
    void run();

    /**
     * Bytes of the memory that the program's intermediate values share. Programs of one device never run at once, and so may
     * share it too: what several of them need together is the most that one of them needs.
     */
    long arenaBytes();

    /** Bytes that the program's kernels need beside their buffers, all workers' together; all programs of a device share them. */
    long scratchBytes();

    /** What a run consists of, in order. */
    List<LaunchInfo> launches();

    /**
     * Runs the program several times, like {@link #run} with all effects on state, and measures each launch.
     *
     * @param runs 1 or more
     * @return the median time of each launch, in the order of {@link #launches}
     */
    List<LaunchTime> profile(int runs);

    /** Gives back inputs and results, and the arena where no other program needs it. */
    @Override
    void close();
}
