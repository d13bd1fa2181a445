package dev.quipu.runtime.emulator;

/** An array as a kernel sees it: on the device, of a work-group or of a work-item. */
public interface KernelArray {
    /** Its name in the printed program; empty where that is the name of the kernel's parameter. */
    String label();

    /** Number of elements. */
    int length();
}
