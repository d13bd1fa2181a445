/** Texts, their tokens in memory-mapped files, and the batches cut from them. */
package dev.quipu.runtime.data;
