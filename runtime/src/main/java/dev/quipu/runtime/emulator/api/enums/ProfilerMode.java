package dev.quipu.runtime.emulator.api.enums;

/** Where a plan's profile goes. */
public enum ProfilerMode {
    /** Printed after each execution. */
    CONSOLE,
    /** Kept in the execution's result. */
    SILENT
}
