package dev.quipu.runtime.device;

/**
 * Measures what a machine does at most, again and again beside what is compared with it: a machine that others share is now faster
 * and now slower, and what it did a minute ago bounds nothing. The median of all measurements counts.
 */
public interface CeilingMeter {
    /** Measures arithmetic once more, in some milliseconds. */
    void measureArithmetic();

    /** Measures the memory once more, in some tenths of a second; half a gigabyte of it is held meanwhile. */
    void measureMemory();

    /** What was measured so far. */
    Ceilings ceilings();
}
