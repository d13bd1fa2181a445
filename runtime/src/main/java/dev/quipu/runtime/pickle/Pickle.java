package dev.quipu.runtime.pickle;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;

/**
 * A pickle that was read. Python runs a pickle as a program that may import and call anything; here it can make plain values
 * and nothing else, in time and memory that its length bounds.
 *
 * @param value what it describes
 * @param length its bytes, after which others may follow
 * @see <a href="https://docs.python.org/3/library/pickletools.html">The opcodes</a>
 */
public record Pickle(PickleValue value, long length) {
    /** Longer ones are refused; a checkpoint's tensors lie outside of its pickle. */
    public static final long MAXIMUM_BYTES = 32L << 20;

    /** The most opcodes, and copied values, of one pickle. */
    private static final long MAXIMUM_WORK = 4_000_000;

    /**
     * Reads the pickle at the start of some bytes.
     *
     * @param where for messages: the file and the pickle's name in it
     * @param globals the names that it may use
     * @throws QuipuException if it is damaged or uses another name: one line with the opcode and its place
     */
    public static Pickle read(MemorySegment bytes, String where, PickleGlobals globals) {
        PickleInput input = new PickleInput(bytes.asSlice(0, Math.min(bytes.byteSize(), MAXIMUM_BYTES)));
        PickleMachine machine = new PickleMachine(input, globals, new PickleWork(MAXIMUM_WORK));
        try {
            return new Pickle(machine.run(), input.position());
        } catch (PickleRefusal refusal) {
            throw refusal.at(where + ", " + machine.place(), "nothing of the file was executed");
        }
    }
}
