package dev.quipu.runtime.bench;

/**
 * What is done before a step runs at full speed.
 *
 * @param weightMillis giving weights their first values
 * @param compileMillis from the model to classes of kernels: tracing, planning, printing, compiling or finding in the cache
 * @param memoryMillis finding memory for gradients, the optimizer's state and intermediate values, zeroing it, and binding kernels
 *     to it
 * @param firstStepMillis the first step, before the JIT has seen the kernels
 */
public record StepStart(double weightMillis, double compileMillis, double memoryMillis, double firstStepMillis) {}
