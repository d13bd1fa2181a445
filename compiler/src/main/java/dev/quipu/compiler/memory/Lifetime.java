package dev.quipu.compiler.memory;

import dev.quipu.dsl.Tensor;
import java.util.Optional;

/**
 * How much memory a stored tensor needs, and from when to when.
 *
 * @param bytes of its slot, see {@link MemoryPlan#slotBytes}
 * @param birth index of the launch that writes it
 * @param death index of the last launch that reads it
 * @param over the tensor that it is written over, element by element, by that one's last reader: the two are one slot
 */
public record Lifetime(long bytes, int birth, int death, Optional<Tensor> over) {
    public Lifetime {
        if (bytes < 0 || birth < 0 || death < birth) {
            throw new AssertionError("a lifetime of " + bytes + " bytes from " + birth + " to " + death);
        }
    }

    /** A tensor with memory of its own. */
    public Lifetime(long bytes, int birth, int death) {
        this(bytes, birth, death, Optional.empty());
    }

    /** Until a later reader. */
    public Lifetime until(int reader) {
        return new Lifetime(bytes, birth, Math.max(death, reader), over);
    }

    /** Written over another tensor. */
    public Lifetime over(Tensor tensor) {
        return new Lifetime(bytes, birth, death, Optional.of(tensor));
    }

    boolean meets(Lifetime other) {
        return birth <= other.death && other.birth <= death;
    }
}
