/** Files of named tensors: safetensors, read and written without a second copy on the heap. */
package dev.quipu.runtime.weights;
