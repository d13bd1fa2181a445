package dev.quipu.runtime.emulator.api.common;

/** What a task does with an argument. */
public enum Access {
    NONE,
    READ_ONLY,
    WRITE_ONLY,
    READ_WRITE
}
