package dev.quipu.runtime.device;

import dev.quipu.runtime.buffer.Buffer;
import java.util.List;

/**
 * One piece of memory of a state: of one name, or of equal layers one behind the other.
 *
 * @param name the only name, or {@code layers.*.norm.weight}
 * @param memory all of it
 * @param states in order
 * @param stride elements from one state to the next
 */
public record StateArray(String name, Buffer memory, List<String> states, long stride) {
    public StateArray {
        states = List.copyOf(states);
        if (memory.length() != states.size() * stride) {
            throw new AssertionError(name + ": " + states.size() + " times " + stride + " elements in " + memory);
        }
    }

    /** Number of a state's first element. */
    public long offset(String state) {
        return states.indexOf(state) * stride;
    }
}
