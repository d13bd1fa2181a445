package dev.quipu.runtime.device;

/**
 * How long a launch took.
 *
 * @param nanos wall-clock time of one launch, in nanoseconds
 */
public record LaunchTime(LaunchInfo launch, long nanos) {}
