/** Files of named tensors: safetensors, GGUF and llama2.c, read and written without a second copy on the heap. */
package dev.quipu.runtime.weights;
