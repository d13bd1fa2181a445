/** Products of bf16 matrices on the processor by oneDNN, called through the Foreign Function API. */
package dev.quipu.runtime.onednn;
