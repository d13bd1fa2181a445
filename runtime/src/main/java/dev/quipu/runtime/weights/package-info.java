/** Files of named tensors: safetensors, GGUF, llama2.c and PyTorch, without a second copy on the heap. */
package dev.quipu.runtime.weights;
