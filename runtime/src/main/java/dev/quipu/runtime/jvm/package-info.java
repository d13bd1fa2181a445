/** The device that is the JVM itself: generated kernels on one fixed set of worker threads. */
package dev.quipu.runtime.jvm;
