/** Text to token ids and back. */
package dev.quipu.runtime.tokenizer;
