/**
 * Runs printed GPU programs on the JVM and checks what no GPU checks: bounds, memory nobody has written, races, barriers that
 * not all reach, overflow of indices, TornadoVM's limits. The programs' imports name the stand-ins in {@code api}.
 */
package dev.quipu.runtime.emulator;
