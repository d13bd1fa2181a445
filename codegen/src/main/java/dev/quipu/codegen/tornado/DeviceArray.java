package dev.quipu.codegen.tornado;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.op.RopeTable;
import java.util.List;

/**
 * An array of a device.
 *
 * @param name that all programs of a device share; letters, digits, underscores and dots
 */
public record DeviceArray(String name, DType dtype, long elements, Content content) {
    /** What an array holds. */
    public sealed interface Content {
        /** Values that no run leaves to the next one: the arena, partial sums. All programs share it, the largest counts. */
        record Passing() implements Content {}

        /** State of one name, or of equal layers one behind the other. */
        record State() implements Content {}

        /** What the caller fills before a run. */
        record Input(String name) implements Content {}

        /** What the caller reads after a run. */
        record Result(String name) implements Content {}

        /** Angles, which never change. */
        record Table(RopeTable angles) implements Content {}

        /** Numbers that the compiler knows: where buffers begin. */
        record Numbers(List<Integer> values) implements Content {
            public Numbers {
                values = List.copyOf(values);
            }
        }
    }

    public DeviceArray {
        if (elements > Integer.MAX_VALUE) {
            throw QuipuException.of(
                    "at most " + Integer.MAX_VALUE + " elements, which is what TornadoVM's arrays can hold",
                    Long.toString(elements),
                    "array " + name,
                    "use a smaller model, batch or sequence");
        }
    }

    /** This array with room for another use of it. */
    DeviceArray joined(DeviceArray other) {
        if (!name.equals(other.name) || dtype != other.dtype || !content.equals(other.content)) {
            throw new AssertionError(this + " and " + other + " have one name");
        }
        return new DeviceArray(name, dtype, Math.max(elements, other.elements), content);
    }
}
