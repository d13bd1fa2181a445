package dev.quipu.runtime.emulator;

import java.util.ArrayList;
import java.util.List;

/** A work-group's arrays in local memory. */
final class LocalMemory {
    /** What a GPU's program may take where the size is fixed when it is compiled. */
    private static final int MOST_BYTES = 48 << 10;

    private final List<KernelArray> arrays = new ArrayList<>();
    private int bytes;

    /** The array of a number: the first work-item that asks makes it. */
    KernelFloats floats(int number, int length, String label) {
        if (number == arrays.size()) {
            add(new GroupFloats(label, length));
        }
        return arrays.get(number) instanceof KernelFloats same && same.length() == length
                ? same
                : different(number, new GroupFloats(label, length));
    }

    /** As {@link #floats}. */
    KernelInts integers(int number, int length, String label) {
        if (number == arrays.size()) {
            add(new GroupInts(label, length));
        }
        return arrays.get(number) instanceof KernelInts same && same.length() == length
                ? same
                : different(number, new GroupInts(label, length));
    }

    private void add(KernelArray array) {
        arrays.add(array);
        boolean fitted = bytes <= MOST_BYTES;
        bytes += array.length() * Float.BYTES;
        if (fitted && bytes > MOST_BYTES) {
            Report.tell(
                    FaultKind.LOCAL_MEMORY,
                    array.label() + " makes " + bytes + " bytes of a group, and " + MOST_BYTES + " are the most");
        }
    }

    private <A extends KernelArray> A different(int number, A array) {
        Report.tell(
                FaultKind.LOCAL_MEMORY,
                array.label() + " has " + array.length() + " elements, and for another work-item "
                        + arrays.get(number).length());
        return array;
    }
}
