package dev.quipu.runtime.emulator.api.enums;

/** When an array is copied between host and device. */
public final class DataTransferMode {
    /** At a graph's first execution in its plan; the device keeps it from then on. */
    public static final int FIRST_EXECUTION = 0;

    /** At every execution of the graph. */
    public static final int EVERY_EXECUTION = 1;

    /** To the host only, when the execution's result is asked for it. */
    public static final int UNDER_DEMAND = 2;

    private DataTransferMode() {}
}
