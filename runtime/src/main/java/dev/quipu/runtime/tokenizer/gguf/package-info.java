/** Tokenizers in the metadata of weight files. */
package dev.quipu.runtime.tokenizer.gguf;
