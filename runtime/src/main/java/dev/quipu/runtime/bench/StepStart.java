package dev.quipu.runtime.bench;

/**
 * What is done before a step runs at full speed.
 *
 * @param weightMillis giving weights their first values
 * @param compileMillis tracing, planning and compiling the programs, and loading them
 * @param firstStepMillis the first step, before the JIT has seen the kernels
 */
public record StepStart(double weightMillis, double compileMillis, double firstStepMillis) {}
