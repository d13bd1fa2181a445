package dev.quipu.runtime.device;

/**
 * One launch of a program, for people who measure.
 *
 * @param name after layer and op; repeated layers have launches of one name
 * @param kind how it computes, such as {@code product}
 * @param flops floating-point operations
 * @param bytes read and written, each once
 */
public record LaunchInfo(String name, String kind, long flops, long bytes) {}
